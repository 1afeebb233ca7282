// What examples in doc comments and on the pages may use without having made it. Only for type-checking them.
declare const artguard: import("@artguard/core").ArtGuard;
