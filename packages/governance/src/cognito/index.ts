/**
 * Logins at Amazon Cognito. Needs `@aws-sdk/client-cognito-identity-provider`.
 *
 * @module @artguard/governance/cognito
 */
export { CognitoLogin, type CognitoLoginOptions } from "./cognito-login.ts";
