//! Any object by its global id. An area adds its type to [`Node`] and an arm to `load`.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::id::{
    AbandonedCartId, AfterSaleId, AfterSaleLineId, ApiKeyId, AuditEntryId, CartLineId, CategoryId,
    CollectionId, CouponId, CouponTemplateId, CreditEntryId, EventId, FlashSaleId, FulfillmentId,
    GiftCardId, InvoiceId, JobId, MediaId, MemberAddressId, MemberGroupId, MemberId, MemberTierId,
    OrderCancellationId, OrderChangeId, OrderConfirmationRequestId, OrderId, OrderLineId,
    OrderTimelineEntryId, PaymentEventId, PaymentId, PaymentMessageId, PointsAccountId,
    PointsAdjustmentId, PointsEntryId, PointsRuleId, PriceListId, ProductId, ProductVariantId,
    PromotionId, RefundId, RefundRequestId, RoleId, SegmentId, SessionId, SettlementImportId,
    SettlementLineId, StaffId, StockAlertId, StockLevelId, StockMovementId, StockReservationId,
    TypedId, UnmatchedPaymentId, WarehouseId, WebhookDeliveryId, WebhookId, split,
};
use uuid::Uuid;

use super::abandoned_cart::AbandonedCart;
use super::after_sale::{AfterSale, AfterSaleLine};
use super::audit::AuditEntry;
use super::cart::{Cart, CartLine};
use super::catalog::{Category, Collection, Media, Product, ProductVariant};
use super::context::Reach;
use super::credit::{CreditEntry, GiftCard};
use super::error::{Code, top_level};
use super::event::Event;
use super::flash_sale::FlashSale;
use super::fulfillment::Fulfillment;
use super::group::MemberGroup;
use super::inventory::{StockLevel, StockMovement, StockReservation, Warehouse};
use super::invoice::Invoice;
use super::job::Job;
use super::member::{Member, MemberAddress};
use super::order::{
    Order, OrderCancellation, OrderChange, OrderConfirmationRequest, OrderLine, OrderTimelineEntry,
};
use super::payment::{
    Payment, PaymentEvent, PaymentMessage, Refund, RefundRequest, SettlementImport, SettlementLine,
    UnmatchedPayment,
};
use super::points::{PointsAccount, PointsAdjustment, PointsEntry, PointsRule};
use super::price_list::PriceList;
use super::promotion::{Coupon, CouponTemplate, Promotion};
use super::segment::Segment;
use super::staff::{ApiKey, Role, Staff};
use super::stock_alert::StockAlert;
use super::tier::MemberTier;
use super::viewer::Session;
use super::webhook::{Webhook, WebhookDelivery};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service;
use crate::state::AppState;

/// Most ids in one `nodes`.
const MAX_NODES: usize = 100;

/// Anything with a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Opaque id whose prefix names the type, such as product_7Qm4."
))]
pub enum Node {
    /// Something the shop sells.
    Product(Product),
    /// One sellable version of a product.
    ProductVariant(ProductVariant),
    /// A branch of the category tree.
    Category(Category),
    /// A curated set of products.
    Collection(Collection),
    /// An image or video.
    Media(Media),
    /// A member.
    Member(Member),
    /// An address in a member's book.
    MemberAddress(MemberAddress),
    /// A level of membership.
    MemberTier(MemberTier),
    /// Prices beside those of the variants themselves.
    PriceList(PriceList),
    /// Members put together by hand.
    MemberGroup(MemberGroup),
    /// Low prices for a short time.
    FlashSale(FlashSale),
    /// Members described by a rule.
    Segment(Segment),
    /// A place where somebody is logged in.
    Session(Session),
    /// Somebody who works in the console.
    Staff(Staff),
    /// A named set of permissions.
    Role(Role),
    /// A key for a program.
    ApiKey(ApiKey),
    /// A place that holds stock.
    Warehouse(Warehouse),
    /// Stock of one variant in one warehouse.
    StockLevel(StockLevel),
    /// One change of stock.
    StockMovement(StockMovement),
    /// Units held for a cart.
    StockReservation(StockReservation),
    /// A cart that was left.
    AbandonedCart(AbandonedCart),
    /// Something a member waits for.
    StockAlert(StockAlert),
    /// An order.
    Order(Order),
    /// A line of an order.
    OrderLine(OrderLine),
    /// An entry of an order's timeline.
    OrderTimelineEntry(OrderTimelineEntry),
    /// A question to the back office.
    OrderConfirmationRequest(OrderConfirmationRequest),
    /// A cancellation, asked for or done.
    OrderCancellation(OrderCancellation),
    /// An edit of an order.
    OrderChange(OrderChange),
    /// An attempt to pay.
    Payment(Payment),
    /// An event of a payment.
    PaymentEvent(PaymentEvent),
    /// Money given back.
    Refund(Refund),
    /// A refund that people have to approve.
    RefundRequest(RefundRequest),
    /// Money that fits no payment the shop knows.
    UnmatchedPayment(UnmatchedPayment),
    /// A message a provider sent.
    PaymentMessage(PaymentMessage),
    /// A provider's list of what it settled.
    SettlementImport(SettlementImport),
    /// One line of a settlement.
    SettlementLine(SettlementLine),
    /// An invoice or a credit note.
    Invoice(Invoice),
    /// A parcel.
    Fulfillment(Fulfillment),
    /// A return, exchange or claim.
    AfterSale(AfterSale),
    /// Units in an after-sale case.
    AfterSaleLine(AfterSaleLine),
    /// Goods somebody means to buy.
    Cart(Cart),
    /// One variant in a cart.
    CartLine(CartLine),
    /// A rule that lowers prices.
    Promotion(Promotion),
    /// What coupons are made from.
    CouponTemplate(CouponTemplate),
    /// A coupon.
    Coupon(Coupon),
    /// A member's points.
    PointsAccount(PointsAccount),
    /// A line of a points ledger.
    PointsEntry(PointsEntry),
    /// A rule by which points are earned.
    PointsRule(PointsRule),
    /// A gift card.
    GiftCard(GiftCard),
    /// A line of the ledger of gift cards and store credit.
    CreditEntry(CreditEntry),
    /// Background work.
    Job(Job),
    /// A change somebody made.
    AuditEntry(AuditEntry),
    /// Something that happened.
    Event(Event),
    /// An address that gets events.
    Webhook(Webhook),
    /// One event sent to one webhook.
    WebhookDelivery(WebhookDelivery),
    /// An adjustment of points that needs a second person.
    PointsAdjustment(PointsAdjustment),
}

/// Queries by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Any object by its global id; null when unknown or hidden from you.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Option<Result<Node>> {
        let found = async {
            let found = find(ctx.app()?, ctx.viewer()?, &id).await;
            found.map_err(|error| top_level(&error))
        };
        found.await.transpose()
    }

    /// Many objects in the order asked, with null where one is unknown.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100 global ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            return Err(Code::BadUserInput.error(format!("at most {MAX_NODES} ids at a time")));
        }
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let found = ids.iter().map(|id| find(app, viewer, id));
        futures_util::future::try_join_all(found)
            .await
            .map_err(|error| top_level(&error))
    }
}

/// What is unknown and what the viewer may not see look alike.
async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: &str,
) -> std::result::Result<Option<Node>, Error> {
    match load(app, viewer, id).await {
        Err(Error::NotFound(_) | Error::Unauthenticated | Error::Forbidden(_)) => Ok(None),
        found => found,
    }
}

async fn load(
    app: &AppState,
    viewer: &Viewer,
    id: &str,
) -> std::result::Result<Option<Node>, Error> {
    let Some((prefix, uuid)) = split(id) else {
        return Ok(None);
    };
    let node = match prefix {
        MemberId::PREFIX => Node::Member(Member(
            service::member::find(app, viewer, uuid.into()).await?,
        )),
        MemberAddressId::PREFIX => Node::MemberAddress(MemberAddress(
            service::member::find_address(app, viewer, uuid.into()).await?,
        )),
        SessionId::PREFIX => Node::Session(Session(
            service::session::find(app, viewer, uuid.into()).await?,
        )),
        StaffId::PREFIX => {
            Node::Staff(Staff(service::staff::find(app, viewer, uuid.into()).await?))
        }
        RoleId::PREFIX => Node::Role(Role(
            service::staff::find_role(app, viewer, uuid.into()).await?,
        )),
        ApiKeyId::PREFIX => Node::ApiKey(ApiKey(
            service::staff::find_key(app, viewer, uuid.into()).await?,
        )),
        WarehouseId::PREFIX => Node::Warehouse(Warehouse(
            service::warehouse::find_warehouse(app, viewer, uuid.into()).await?,
        )),
        StockLevelId::PREFIX => Node::StockLevel(StockLevel(
            service::warehouse::find_level(app, viewer, uuid.into()).await?,
        )),
        StockMovementId::PREFIX => Node::StockMovement(StockMovement(
            service::warehouse::find_movement(app, viewer, uuid.into()).await?,
        )),
        StockReservationId::PREFIX => Node::StockReservation(StockReservation(
            service::warehouse::find_reservation(app, viewer, uuid.into()).await?,
        )),
        StockAlertId::PREFIX => Node::StockAlert(StockAlert(
            service::stock_alert::find(app, viewer, uuid.into()).await?,
        )),
        prefix => {
            if let Some(node) = load_of_catalog(app, viewer, prefix, uuid).await? {
                return Ok(Some(node));
            }
            match load_sales(app, viewer, prefix, id, uuid).await? {
                Some(node) => node,
                None => return load_of_order(app, viewer, prefix, uuid).await,
            }
        }
    };
    Ok(Some(node))
}

/// What the shop sells.
async fn load_of_catalog(
    app: &AppState,
    viewer: &Viewer,
    prefix: &str,
    uuid: Uuid,
) -> std::result::Result<Option<Node>, Error> {
    use service::catalog::{self, VariantKey};
    Ok(match prefix {
        ProductId::PREFIX => catalog::find_product(app, viewer, Some(uuid.into()), None)
            .await?
            .map(|view| Node::Product(Product(view))),
        ProductVariantId::PREFIX => {
            catalog::find_variant(app, viewer, &VariantKey::Id(uuid.into()))
                .await?
                .map(|view| Node::ProductVariant(ProductVariant::alone(view)))
        }
        CategoryId::PREFIX => catalog::find_category(app, viewer, Some(uuid.into()), None)
            .await?
            .map(|view| Node::Category(Category(view))),
        CollectionId::PREFIX => catalog::find_collection(app, viewer, Some(uuid.into()), None)
            .await?
            .map(|view| Node::Collection(Collection(view))),
        MediaId::PREFIX => catalog::find_media(app, viewer, uuid.into())
            .await?
            .as_ref()
            .and_then(Media::of)
            .map(Node::Media),
        _ => None,
    })
}

/// Orders and what belongs to them. A guest's orders are reached by their keys alone.
async fn load_of_order(
    app: &AppState,
    viewer: &Viewer,
    prefix: &str,
    uuid: Uuid,
) -> std::result::Result<Option<Node>, Error> {
    use service::{after_sale, fulfillment, invoice, order, payment};
    Ok(match prefix {
        OrderId::PREFIX => order::query::find(app, viewer, uuid.into(), None)
            .await?
            .map(|(row, access)| Node::Order(Order::new(Arc::new(row), access))),
        OrderLineId::PREFIX => order::query::find_line(app, viewer, uuid)
            .await?
            .map(|(row, order)| Node::OrderLine(OrderLine::new(Arc::new(row), Arc::new(order)))),
        OrderTimelineEntryId::PREFIX => order::query::find_event(app, viewer, uuid)
            .await?
            .map(|row| Node::OrderTimelineEntry(OrderTimelineEntry(row))),
        OrderConfirmationRequestId::PREFIX => {
            order::query::find_confirmation_request(app, viewer, uuid)
                .await?
                .map(|row| Node::OrderConfirmationRequest(OrderConfirmationRequest(row)))
        }
        OrderCancellationId::PREFIX => order::query::find_cancellation(app, viewer, uuid)
            .await?
            .map(|(row, access)| Node::OrderCancellation(OrderCancellation::new(row, access))),
        OrderChangeId::PREFIX => order::change::query::find_for(app, viewer, uuid)
            .await?
            .map(|row| Node::OrderChange(OrderChange(row))),
        PaymentId::PREFIX => payment::query::find(app, viewer, uuid.into())
            .await?
            .map(|(row, access)| Node::Payment(Payment::new(row, access))),
        PaymentEventId::PREFIX => payment::query::find_event(app, viewer, uuid)
            .await?
            .map(|row| Node::PaymentEvent(PaymentEvent(row))),
        RefundId::PREFIX => payment::query::find_refund(app, viewer, uuid.into())
            .await?
            .map(|(row, access)| Node::Refund(Refund::new(row, access))),
        RefundRequestId::PREFIX => payment::refund_requests::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::RefundRequest(RefundRequest(row))),
        UnmatchedPaymentId::PREFIX => payment::unmatched::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::UnmatchedPayment(UnmatchedPayment(row))),
        PaymentMessageId::PREFIX => payment::inbox::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::PaymentMessage(PaymentMessage(row))),
        SettlementImportId::PREFIX => payment::settlement::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::SettlementImport(SettlementImport(row))),
        SettlementLineId::PREFIX => payment::settlement::find_line(app, viewer, uuid.into())
            .await?
            .map(|row| Node::SettlementLine(SettlementLine(row))),
        InvoiceId::PREFIX => invoice::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::Invoice(Invoice(row))),
        FulfillmentId::PREFIX => fulfillment::query::find(app, viewer, uuid.into())
            .await?
            .map(|(row, access)| Node::Fulfillment(Fulfillment::new(row, access))),
        AfterSaleId::PREFIX => after_sale::query::find(app, viewer, uuid.into(), None)
            .await?
            .map(|(row, access)| Node::AfterSale(AfterSale::new(row, access))),
        AfterSaleLineId::PREFIX => after_sale::query::find_line(app, viewer, uuid.into())
            .await?
            .map(|(row, case)| Node::AfterSaleLine(AfterSaleLine::new(row, case.order_id))),
        _ => None,
    })
}

/// Carts and what makes them cheaper.
async fn load_sales(
    app: &AppState,
    viewer: &Viewer,
    prefix: &str,
    id: &str,
    uuid: Uuid,
) -> std::result::Result<Option<Node>, Error> {
    let node = match prefix {
        "cart" => service::cart::find(app, viewer, id)
            .await?
            .map(|facts| Node::Cart(Cart(Arc::new(facts)))),
        AbandonedCartId::PREFIX => {
            let row = service::abandoned_cart::find(app, viewer, uuid.into()).await?;
            Some(Node::AbandonedCart(AbandonedCart(row)))
        }
        CartLineId::PREFIX => service::cart::find_line(app, viewer, uuid.into())
            .await?
            .and_then(|facts| CartLine::find(Arc::new(facts), uuid))
            .map(Node::CartLine),
        PromotionId::PREFIX => service::promotion::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::Promotion(Promotion(row))),
        CouponTemplateId::PREFIX => service::coupon::templates_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::CouponTemplate(CouponTemplate(row))),
        JobId::PREFIX => service::job::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::Job(Job(row))),
        EventId::PREFIX => service::event::events_by_ids(app, viewer, &[uuid])
            .await?
            .pop()
            .map(|row| Node::Event(Event(row))),
        WebhookId::PREFIX => service::webhook::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::Webhook(Webhook(row))),
        WebhookDeliveryId::PREFIX => service::webhook::find_delivery(app, viewer, uuid.into())
            .await?
            .map(|row| Node::WebhookDelivery(WebhookDelivery(row))),
        AuditEntryId::PREFIX => service::audit::find(app, viewer, uuid.into())
            .await?
            .map(|row| Node::AuditEntry(AuditEntry(row))),
        CouponId::PREFIX => service::coupon::coupons_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|view| Node::Coupon(Coupon(view))),
        MemberTierId::PREFIX => service::tier::tiers_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::MemberTier(MemberTier::new(row, &viewer.channel))),
        PriceListId::PREFIX => service::price_list::lists_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::PriceList(PriceList::new(row, &viewer.channel))),
        FlashSaleId::PREFIX => service::flash_sale::sales_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::FlashSale(FlashSale::new(row, &viewer.channel))),
        SegmentId::PREFIX => service::segment::segments_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::Segment(Segment(row))),
        MemberGroupId::PREFIX => service::group::groups_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::MemberGroup(MemberGroup(row))),
        PointsAccountId::PREFIX => service::points::account_by_id(app, viewer, uuid.into())
            .await?
            .map(|view| Node::PointsAccount(PointsAccount(view))),
        PointsEntryId::PREFIX => service::points::entries_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::PointsEntry(PointsEntry(row))),
        PointsAdjustmentId::PREFIX => {
            service::points::adjustments_by_ids(app, viewer, &[uuid.into()])
                .await?
                .pop()
                .map(|row| Node::PointsAdjustment(PointsAdjustment(row)))
        }
        GiftCardId::PREFIX => service::credit::find_card(app, viewer, uuid.into())
            .await?
            .map(|view| Node::GiftCard(GiftCard(view))),
        CreditEntryId::PREFIX => service::credit::entries_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::CreditEntry(CreditEntry(row))),
        PointsRuleId::PREFIX => service::points::rules_by_ids(app, viewer, &[uuid.into()])
            .await?
            .pop()
            .map(|row| Node::PointsRule(PointsRule(row))),
        _ => None,
    };
    Ok(node)
}
