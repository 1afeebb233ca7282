/** Owner of the records that the command line makes: they are one person's, whoever that is on this machine. */
export const localUser = "local";
