//! Who acts and what accounts there are.

use crate::text_enum;

text_enum! {
    /// Kinds of actors.
    pub enum ActorKind {
        /// Buyer, no account.
        Guest = "GUEST",
        /// Buyer.
        Member = "MEMBER",
        /// Console user.
        Staff = "STAFF",
        /// A program with a key.
        ApiKey = "API_KEY",
        /// A payment provider or carrier.
        Provider = "PROVIDER",
        /// A timer or rule.
        System = "SYSTEM",
    }
}

text_enum! {
    /// Accounts one can log in to.
    pub enum AccountKind {
        /// A buyer's account.
        Member = "MEMBER",
        /// A console user's account.
        Staff = "STAFF",
    }
}

text_enum! {
    /// What a token that works once is for.
    pub enum TokenPurpose {
        /// Confirms a member's e-mail.
        EmailVerify = "EMAIL_VERIFY",
        /// Sets a new password.
        PasswordReset = "PASSWORD_RESET",
        /// Sets the first password of a console user.
        StaffSetup = "STAFF_SETUP",
    }
}
