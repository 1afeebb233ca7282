export { CognitoLogin, type CognitoLoginOptions } from "./cognito-login.ts";
