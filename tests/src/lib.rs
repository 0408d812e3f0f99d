//! The harness of the end-to-end tests: an in-process app on a database of its own, a settable clock, clients that do not
//! let an unexpected error pass, stand-ins for what is outside, and the checker of the shop's invariants.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a harness stops the test with a message; it reads its own environment"
)]

mod account;
pub mod alipay;
pub mod app;
pub mod arrange;
pub mod authorization;
pub mod checkout;
pub mod client;
pub mod connection;
mod courier;
pub mod database;
pub mod events;
pub mod fault;
mod fingerprint;
pub mod invariants;
pub mod mailbox;
pub mod meilisearch;
pub mod plan;
pub mod postgres;
pub mod receiver;
pub mod sdl;
pub mod stripe;
pub mod wechat_pay;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use database::Backend;

/// Runs one scenario on both databases, as `name::sqlite` and `name::postgres`, each on a fresh database, and checks the
/// invariants when it is over.
///
/// Where PostgreSQL cannot be had its half counts as ignored, with the reason. `with SETTINGS;` in front gives the scenarios
/// more settings, as [`app::run_with`] takes them.
#[macro_export]
macro_rules! both {
    ($(#[$doc:meta])* async fn $($rest:tt)+) => {
        $crate::both! { with &[]; $(#[$doc])* async fn $($rest)+ }
    };
    (with $settings:expr; $($(#[$doc:meta])* async fn $name:ident($app:ident: $app_type:ident) $body:block)+) => {
        $(
            $(#[$doc])*
            mod $name {
                use super::*;

                async fn scenario($app: $app_type) $body

                #[test]
                fn sqlite() {
                    $crate::app::run_with($crate::Backend::Sqlite, $settings, scenario);
                }

                #[test]
                #[cfg_attr(not(postgres), ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)")]
                fn postgres() {
                    $crate::app::run_with($crate::Backend::Postgres, $settings, scenario);
                }
            }
        )+
    };
}
