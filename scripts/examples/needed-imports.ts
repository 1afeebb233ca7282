import ts from "typescript";

/** Where a name can be imported from, the nearest place first. */
export type Exports = ReadonlyMap<string, string>;

/** What a snippet uses, declares and imports itself. */
export function namesIn(code: string) {
  const file = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.Latest, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const imported = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) readImport(node, imported);
    else if (ts.isIdentifier(node))
      (isDeclaration(node) ? declared : isReference(node) ? used : undefined)?.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { used, declared, imported };
}

/** One line that imports what `code` uses and neither declares nor imports. */
export function importLine(code: string, exports: Exports): string {
  const { used, declared, imported } = namesIn(code);
  return [...used]
    .filter((name) => !declared.has(name) && !imported.has(name) && exports.has(name))
    .map((name) => `import { ${name} } from "${exports.get(name)}";`)
    .join(" ");
}

function readImport({ importClause, moduleSpecifier }: ts.ImportDeclaration, imported: Map<string, string>): void {
  const from = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : "";
  if (importClause?.name) imported.set(importClause.name.text, from);
  const bindings = importClause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) imported.set(bindings.name.text, from);
  if (bindings && ts.isNamedImports(bindings)) for (const { name } of bindings.elements) imported.set(name.text, from);
}

function isDeclaration({ parent, text }: ts.Identifier): boolean {
  return "name" in parent && isNamed(parent) && parent.name.text === text && !ts.isImportSpecifier(parent);
}

function isNamed(node: ts.Node): node is ts.Node & { readonly name: ts.Identifier } {
  return (
    (ts.isVariableDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node)) &&
    node.name !== undefined &&
    ts.isIdentifier(node.name)
  );
}

function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  return !(
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}
