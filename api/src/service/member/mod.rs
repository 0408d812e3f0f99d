//! Members: registering, proving the e-mail, logging in, profile and address book.
//!
//! Rules: `domain::{member, password, email, address}`. Sessions and one-time tokens: `service::session`.

mod address;
mod birthday;
mod error;
mod exempt;
mod login;
mod operator;
mod query;
mod register;
mod update;
mod verify_email;

pub use address::{
    AddressPatch, CreateAddress, DeleteAddress, UpdateAddress, addresses_by_members,
    create_address, delete_address, find_address, update_address,
};
pub(in crate::service) use birthday::born_on;
pub use error::MemberError;
pub use exempt::{ExemptMember, exempt};
pub use login::{Login, login};
pub use operator::{OperatorMember, open_by_operator};
pub use query::{ListMembers, find, list, members_by_ids};
pub use register::{Register, register};
pub use update::{UpdateMember, update};
pub(super) use verify_email::welcome;
pub use verify_email::{LoggedIn, VerifyEmail, verify_email};
