//! After-sale: what buyers may ask for once goods have left, where such a case stands, and what goes back.

pub mod actions;
pub mod give_back;
pub mod inspect;
pub mod kind;
pub mod policy;
pub mod state;
pub mod units;

pub use actions::{CaseFacts, case_actions};
pub use give_back::{Asked, give_back};
pub use inspect::{Finding, FindingError, InspectedLine, inspect, receive};
pub use kind::{AfterSaleCondition, AfterSaleKind, AfterSaleReason, AfterSaleResolution};
pub use policy::{AfterSalePolicy, AutoApproval};
pub use state::{AfterSaleEvent, AfterSaleStatus, AfterSaleTransitionError, OrderReturnStatus};
pub use units::{ClaimError, LineClaims, SentUnits};

/// Most photos of a case.
pub const MAX_PHOTOS: usize = 9;
