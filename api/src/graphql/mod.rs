//! The schema: roots, shared shapes, and one room per area.
//!
//! # Adding a mutation
//! 1. `migration`, `entity`, `domain`: tables, rows, and the rule as a pure function with its tests.
//! 2. `service::<area>::<operation>`: the command, and one function that authorizes, locks, decides, persists, pushes jobs
//!    and commits. Its failure is a variant of the area's error enum.
//! 3. `graphql::<area>`: `input.rs`, `types.rs`, `payload.rs`, `error.rs` (code, message in en and zh), a resolver of about five lines.
//! 4. Regenerate `schema.graphql` (`cargo run -- schema > schema.graphql`) and read its diff like an API change.
//! 5. `tests/it/<area>/<operation>.rs`: success, each code once, every kind of viewer, two at once; the authorization row.

#![expect(
    clippy::doc_markdown,
    clippy::unused_async,
    reason = "descriptions are the schema's text; `id` must be async for the interface `Node`"
)]

pub mod abandoned_cart;
pub mod address;
pub mod admission;
pub mod after_sale;
pub mod answer;
pub mod audit;
pub mod batches;
pub mod cart;
pub mod catalog;
pub mod connection;
pub mod context;
pub mod cost;
pub mod credit;
pub mod document;
pub mod error;
pub mod event;
pub mod execute;
pub mod flash_sale;
mod flat;
pub mod fulfillment;
pub mod group;
pub mod input;
pub mod inventory;
pub mod invoice;
pub mod job;
pub mod limits;
pub mod member;
pub mod money;
pub mod node;
pub mod order;
pub mod payload;
pub mod payment;
pub mod points;
pub mod price_list;
pub mod price_source;
pub mod promotion;
pub mod receivable;
pub mod scalar;
pub mod search;
pub mod segment;
pub mod shop;
pub mod staff;
pub mod stock_alert;
pub mod tier;
pub mod viewer;
pub mod watch;
pub mod webhook;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema, SchemaBuilder};

use after_sale::AfterSaleUserError;
use cart::CartUserError;
use catalog::CatalogUserError;
use credit::CreditUserError;
use fulfillment::FulfillmentUserError;
use inventory::InventoryUserError;
use invoice::InvoiceUserError;
use job::OperationsUserError;
use member::MemberUserError;
use order::OrderUserError;
use payment::PaymentUserError;
use points::PointsUserError;
use promotion::PromotionUserError;
use shop::SettingsUserError;
use staff::StaffUserError;

/// Reads; nothing is changed.
// Nested groups of at most eight parts: a flat list of dozens overflows the compiler's recursion limit.
#[derive(Default, MergedObject)]
pub struct Query(StorefrontQuery, AccountQuery, ShopkeepingQuery);

/// What buyers read.
#[derive(Default, MergedObject)]
struct StorefrontQuery(
    shop::ShopQuery,
    catalog::CatalogQuery,
    search::SearchQuery,
    cart::CartQuery,
    promotion::PromotionQuery,
    points::PointsQuery,
    order::OrderQuery,
    payment::PaymentQuery,
);

/// Who people are.
#[derive(Default, MergedObject)]
struct AccountQuery(
    node::NodeQuery,
    viewer::ViewerQuery,
    member::MemberQuery,
    tier::TierQuery,
    segment::SegmentQuery,
    group::GroupQuery,
    staff::StaffQuery,
    audit::AuditQuery,
);

/// What the shop's keepers read.
#[derive(Default, MergedObject)]
struct ShopkeepingQuery(
    inventory::InventoryQuery,
    job::JobQuery,
    price_list::PriceListQuery,
    flash_sale::FlashSaleQuery,
    after_sale::AfterSaleQuery,
    credit::CreditQuery,
    event::EventQuery,
    EdgeQuery,
);

/// What leaves the shop on paper and by call, what it is owed, and what was left in it.
#[derive(Default, MergedObject)]
struct EdgeQuery(
    webhook::WebhookQuery,
    invoice::InvoiceQuery,
    receivable::ReceivableQuery,
    abandoned_cart::AbandonedCartQuery,
);

/// Writes; each field is one transaction, and null only when the request itself failed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    StorefrontMutation,
    AccountMutation,
    PurchaseMutation,
    ShopkeepingMutation,
);

/// Buying, and what makes it cheaper.
#[derive(Default, MergedObject)]
struct StorefrontMutation(
    cart::CartMutation,
    cart::CartLineMutation,
    cart::CartTenderMutation,
    promotion::PromotionMutation,
    promotion::CouponMutation,
    points::PointsMutation,
);

/// Proving who one is, and what one tells about oneself.
#[derive(Default, MergedObject)]
struct AccountMutation(
    member::MemberAccountMutation,
    member::MemberMutation,
    tier::TierMutation,
    segment::SegmentMutation,
    group::GroupMutation,
    staff::StaffMutation,
);

/// From placing an order to its last parcel.
#[derive(Default, MergedObject)]
struct PurchaseMutation(
    order::OrderMutation,
    payment::PaymentMutation,
    receivable::ReceivableMutation,
    credit::CreditMutation,
    fulfillment::FulfillmentMutation,
    after_sale::AfterSaleMutation,
    invoice::InvoiceMutation,
);

/// Setting up the shop and its stock.
#[derive(Default, MergedObject)]
struct ShopkeepingMutation(
    catalog::CatalogMutation,
    shop::ShopMutation,
    inventory::InventoryMutation,
    job::JobMutation,
    price_list::PriceListMutation,
    flash_sale::FlashSaleMutation,
    webhook::WebhookMutation,
    stock_alert::StockAlertMutation,
);

/// Pushes changes over server-sent events: first what there is, then what it became. Nothing is kept for those who are slow or away;
/// whoever comes back begins with what there is by then. Rights are looked at again with each answer, and each minute.
#[derive(Default, MergedSubscription)]
pub struct Subscription(
    order::OrderSubscription,
    catalog::CatalogSubscription,
    job::JobSubscription,
);

/// The schema's type.
pub type VitrineSchema = Schema<Query, Mutation, Subscription>;

error::user_error_interface!(
    AfterSaleUserError,
    InventoryUserError,
    SettingsUserError,
    CartUserError,
    CatalogUserError,
    CreditUserError,
    FulfillmentUserError,
    InvoiceUserError,
    MemberUserError,
    OperationsUserError,
    OrderUserError,
    PaymentUserError,
    PointsUserError,
    PromotionUserError,
    StaffUserError,
);

/// Starts building the schema; the HTTP edge finishes it, once strict and once fast.
#[must_use]
pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .register_output_type::<UserError>()
}

/// The sorted SDL, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    let sdl = builder().finish().sdl_with_options(options);
    sdl.trim_end().to_owned() + "\n"
}
