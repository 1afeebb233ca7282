/*
 * Prints the quantised DCT coefficients of a JPEG file as libjpeg's jpeg_read_coefficients sees them.
 * stdout, native byte order: int32 status (0 = read without a warning, 1 = not), int32 components, then for each
 * component int32 blocks per row, int32 blocks per column, uint16[64] steps, int16[64] per block, natural order.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <jpeglib.h>

static jmp_buf failure;
static void on_error(j_common_ptr info) { (void)info; longjmp(failure, 1); }
static void on_message(j_common_ptr info, int level) { if (level < 0) info->err->num_warnings++; }
static void put(int32_t value) { fwrite(&value, sizeof value, 1, stdout); }

int main(int argc, char **argv) {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 2;
  info.err = jpeg_std_error(&errors);
  errors.error_exit = on_error;
  errors.emit_message = on_message;
  if (setjmp(failure)) { put(1); put(0); return 0; }
  jpeg_create_decompress(&info);
  jpeg_stdio_src(&info, file);
  jpeg_read_header(&info, TRUE);
  jvirt_barray_ptr *arrays = jpeg_read_coefficients(&info);
  if (errors.num_warnings > 0) { put(1); put(0); return 0; }
  put(0);
  put(info.num_components);
  for (int c = 0; c < info.num_components; c++) {
    jpeg_component_info *component = &info.comp_info[c];
    put((int32_t)component->width_in_blocks);
    put((int32_t)component->height_in_blocks);
    for (int i = 0; i < 64; i++) { uint16_t step = component->quant_table->quantval[i]; fwrite(&step, 2, 1, stdout); }
    for (JDIMENSION row = 0; row < component->height_in_blocks; row++) {
      JBLOCKARRAY blocks = (*info.mem->access_virt_barray)((j_common_ptr)&info, arrays[c], row, 1, FALSE);
      fwrite(blocks[0], sizeof(JBLOCK), component->width_in_blocks, stdout);
    }
  }
  return 0;
}
