/** Settings with which the functions start although there is no AWS: nothing listens there. */
export const nowhere = {
  ARTGUARD_ENV: "test",
  ARTGUARD_S3_ENDPOINT: "http://127.0.0.1:9",
  ARTGUARD_DYNAMODB_ENDPOINT: "http://127.0.0.1:9",
  ARTGUARD_KMS_KEY: "alias/artguard-test",
  ARTGUARD_KEYS_SECRET: "artguard-test",
  AWS_ENDPOINT_URL_KMS: "http://127.0.0.1:9",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
  AWS_REGION: "ca-central-1",
};
