//! What is sent instead: an order of its own that costs nothing, certain from the start, with its parcels ready to be
//! picked. So it is promised, sent, followed and completed like any other, and the books of the first order stay as they are.

use std::collections::{BTreeMap, HashMap};

use domain::after_sale::{AfterSaleEvent, OrderReturnStatus};
use domain::catalog::variant_name;
use domain::order::{OrderFulfillmentStatus, OrderPaymentStatus, OrderStatus};
use entity::after_sale::{ActiveModel, Column, Entity};
use entity::column::Text;
use entity::order::{Entity as OrderEntity, Model as Order};
use entity::{order_line, product, product_variant};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::error::AfterSaleError;
use super::lock::{self, Locked, Step};
use super::pay_out::is_whole;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::fulfillment;
use crate::service::inventory::{self, Promise, Routing, Taken};
use crate::service::order::components;
use crate::service::order::history::{self, ActorRef, Happening};
use crate::service::order::number::Running;
use crate::service::order::row;
use crate::service::presale;
use crate::state::AppState;

/// Orders, promises and packs the goods that are sent instead of so many `units` of each of the case's lines.
///
/// # Errors
/// [`AfterSaleError::InsufficientStock`]; the caller rolls back.
pub(super) async fn prepare(
    app: &AppState,
    viewer: &Viewer,
    locked: &Locked,
    units: &HashMap<Uuid, u32>,
    running: Running,
) -> Result<Uuid, AfterSaleError> {
    let transaction = &locked.transaction;
    let channel = app.channels.find_by_id(locked.order.channel_id)?;
    let order = head(app, &locked.order, running.text(app, &channel));
    let (lines, wants) = lines(app, locked, units, order.id).await?;
    let wants = inventory::wants(transaction, &wants).await?;
    OrderEntity::insert(order.clone().into_active_model())
        .exec_without_returning(transaction)
        .await?;
    order_line::Entity::insert_many(lines)
        .exec_without_returning(transaction)
        .await?;
    components::keep(transaction, &wants, &order.locale, &channel.default_locale).await?;
    let new = wants.iter().map(|want| want.line_id);
    presale::note(transaction, &app.clock, new).await?;
    let happened = [Happening::Placed, Happening::Confirmed];
    history::record_quietly(transaction, &app.clock, &order, viewer.actor(), &happened).await?;
    let routing = Routing {
        policy: channel.routing_policy.0,
        preferred: None,
    };
    let taken = inventory::allocate_now(transaction, &app.clock, &wants, routing).await?;
    let promise = Promise {
        order_id: order.id,
        taken: &taken,
        actor: viewer.actor(),
    };
    inventory::write_promises(transaction, &app.clock, &[promise]).await?;
    pack(app, transaction, order.id, &taken).await?;
    Ok(order.id)
}

/// The first order again, without its price. A guest follows it through the case.
fn head(app: &AppState, first: &Order, number: String) -> Order {
    let now = app.clock.now();
    Order {
        id: app.clock.new_id(),
        number,
        cart_id: None,
        status: Text(OrderStatus::Confirmed),
        payment_status: Text(OrderPaymentStatus::None),
        fulfillment_status: Text(OrderFulfillmentStatus::Unfulfilled),
        return_status: Text(OrderReturnStatus::None),
        note: None,
        subtotal_minor: 0,
        discount_minor: 0,
        shipping_minor: 0,
        tax_minor: 0,
        total_minor: 0,
        points_spent: 0,
        points_earned: 0,
        tendered_minor: 0,
        credited_minor: 0,
        owed_minor: 0,
        on_account_minor: 0,
        terms_days: None,
        terms_due_on: None,
        set_off_minor: 0,
        paid_minor: 0,
        refunded_minor: 0,
        token_hash: None,
        placed_at: now,
        payment_due_at: None,
        confirmed_at: Some(now),
        promised_ship_at: None,
        delivered_at: None,
        closed_at: None,
        version: 1,
        updated_at: now,
        ..first.clone()
    }
}

async fn lines(
    app: &AppState,
    locked: &Locked,
    units: &HashMap<Uuid, u32>,
    order_id: Uuid,
) -> Result<(Vec<order_line::ActiveModel>, Vec<(Uuid, Uuid, u32)>)> {
    let sold = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(locked.order.id))
        .all(&locked.transaction)
        .await?;
    let wanted = locked.lines.iter().filter_map(|line| {
        let sold = sold.iter().find(|sold| sold.id == line.order_line_id)?;
        let quantity = units.get(&line.id).copied().filter(|units| *units > 0)?;
        let variant_id = line.replacement_variant_id.unwrap_or(sold.variant_id);
        Some((sold, variant_id, quantity))
    });
    let wanted: Vec<_> = wanted.collect();
    let variants = Variants::load(
        &locked.transaction,
        wanted.iter().map(|(_, variant_id, _)| *variant_id),
    )
    .await?;
    let (mut rows, mut wants) = (Vec::new(), Vec::new());
    for ((sold, variant_id, quantity), position) in wanted.into_iter().zip(1_i32..) {
        let (variant, product) = variants.get(variant_id)?;
        let id = app.clock.new_id();
        wants.push((id, variant_id, quantity));
        rows.push(order_line::ActiveModel {
            id: Set(id),
            order_id: Set(order_id),
            position: Set(position),
            variant_id: Set(variant_id),
            sku: Set(variant.sku.clone()),
            product_name: Set(sold.product_name.clone()),
            variant_name: Set(variant_name(
                &product.options.0,
                &variant.selected_options.0,
            )),
            quantity: Set(i32::try_from(quantity).map_err(Error::internal)?),
            cancelled_quantity: Set(0),
            fulfilled_quantity: Set(0),
            returned_quantity: Set(0),
            unit_price_minor: Set(0),
            price_source_kind: Set(None),
            price_source_id: Set(None),
            price_source_version: Set(None),
            price_source_label: Set(None),
            compare_at_minor: Set(None),
            subtotal_minor: Set(0),
            discount_minor: Set(0),
            tax_minor: Set(0),
            total_minor: Set(0),
            tax_rate_ppm: Set(sold.tax_rate_ppm),
            shippable: Set(variant.shippable),
            gift: Set(false),
            expected_at: Set(None),
            ships_at: Set(None),
            order_change_id: Set(None),
        });
    }
    Ok((rows, wants))
}

/// Variants and their products.
struct Variants {
    variants: Vec<product_variant::Model>,
    products: Vec<product::Model>,
}

impl Variants {
    async fn load(
        transaction: &DatabaseTransaction,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<Self> {
        let variants = product_variant::Entity::find()
            .filter(product_variant::Column::Id.is_in(ids))
            .all(transaction)
            .await?;
        let products = product::Entity::find()
            .filter(product::Column::Id.is_in(variants.iter().map(|variant| variant.product_id)))
            .all(transaction)
            .await?;
        Ok(Self { variants, products })
    }

    fn get(&self, id: Uuid) -> Result<(&product_variant::Model, &product::Model)> {
        let variant = self.variants.iter().find(|variant| variant.id == id);
        let product = variant.and_then(|variant| {
            let mut products = self.products.iter();
            products.find(|product| product.id == variant.product_id)
        });
        variant
            .zip(product)
            .ok_or_else(|| Error::internal("a variant without its product"))
    }
}

/// One parcel per warehouse that promised something.
async fn pack(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order_id: Uuid,
    taken: &[Taken],
) -> Result<()> {
    let mut parcels: BTreeMap<Uuid, Vec<(Uuid, i32)>> = BTreeMap::new();
    for promise in taken {
        let contents = parcels.entry(promise.warehouse_id).or_default();
        contents.push((promise.want.line_id, promise.quantity));
    }
    for (warehouse_id, contents) in parcels {
        let id = app.clock.new_id();
        fulfillment::pack(
            transaction,
            &app.clock,
            id,
            (order_id, warehouse_id),
            &contents,
            None,
        )
        .await?;
    }
    Ok(())
}

/// Whether an order is what was sent instead of something.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn is_replacement<C: ConnectionTrait>(
    connection: &C,
    order_id: Uuid,
) -> Result<bool> {
    let cases = Entity::find()
        .filter(Column::ReplacementOrderId.eq(order_id))
        .count(connection)
        .await?;
    Ok(cases > 0)
}

/// Ends the case for which a locked order is sent, once all of it has left.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn replacement_left(
    app: &AppState,
    transaction: &DatabaseTransaction,
    replacement: &Order,
    actor: ActorRef,
) -> Result<()> {
    if replacement.fulfillment_status.0 != OrderFulfillmentStatus::Fulfilled {
        return Ok(());
    }
    let Some(case) = Entity::find()
        .filter(Column::ReplacementOrderId.eq(replacement.id))
        .one(transaction)
        .await?
    else {
        return Ok(());
    };
    // Nobody locks these two the other way round.
    let mut order = row::lock(transaction, case.order_id.into()).await?;
    let case = lock::find(transaction, case.id).await?;
    let event = if is_whole(&lock::lines_of(transaction, case.id).await?) {
        AfterSaleEvent::Replaced
    } else {
        AfterSaleEvent::PartlySettled
    };
    let Ok(status) = case.status.0.apply(case.kind.0, event) else {
        return Ok(());
    };
    let step = Step {
        status,
        change: ActiveModel::default(),
        // The parcel is told of by itself.
        notify: false,
        actor,
    };
    lock::take(app, transaction, &mut order, &case, step).await?;
    Ok(())
}
