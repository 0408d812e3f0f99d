use domain::text_enum::TextEnum;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};

use super::scratch;

#[derive(Debug, FromQueryResult)]
struct TableSql {
    sql: String,
}

async fn migrated() -> DatabaseConnection {
    let connection = scratch::sqlite().await;
    Migrator::up(&connection, None).await.expect("up");
    connection
}

/// Asserts that the table's check on `column` lets every value of `E` in.
async fn assert_lets_in<E: TextEnum>(connection: &DatabaseConnection, table: &str, column: &str) {
    let statement =
        format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'");
    let TableSql { sql } = TableSql::find_by_statement(Statement::from_string(
        connection.get_database_backend(),
        statement,
    ))
    .one(connection)
    .await
    .expect("the schema can be read")
    .unwrap_or_else(|| panic!("no table {table}"));
    let wanted = format!("{column} IN (");
    let is_part_of_a_name =
        |before: &str| before.ends_with(|end: char| end == '_' || end.is_alphanumeric());
    let list = sql
        .match_indices(&wanted)
        .find(|(place, _)| !is_part_of_a_name(&sql[..*place]))
        .and_then(|(place, _)| sql[place + wanted.len()..].split_once(')'))
        .unwrap_or_else(|| panic!("no list of values for {table}.{column}"))
        .0;
    for value in E::ALL {
        assert!(
            list.contains(&format!("'{}'", value.as_str())),
            "{table}.{column} refuses {}",
            value.as_str()
        );
    }
}

#[tokio::test]
async fn checks_let_in_every_value_the_domain_knows() {
    let connection = migrated().await;
    macro_rules! lets_in {
        ($($table:literal.$column:literal: $type:path),+ $(,)?) => {
            $(assert_lets_in::<$type>(&connection, $table, $column).await;)+
        };
    }
    lets_in!(
        "channel"."confirmation_policy": domain::order::ConfirmationPolicy,
        "channel"."confirmation_timeout": domain::order::ConfirmationTimeout,
        "channel"."reservation_policy": domain::stock::ReservationPolicy,
        "channel"."routing_policy": domain::stock::RoutingPolicy,
        "product"."status": domain::catalog::ProductStatus,
        "stock_movement"."kind": domain::stock::StockMovementKind,
        "stock_movement"."actor_kind": domain::account::ActorKind,
        "payment_method"."provider": domain::order::PaymentProvider,
        "session"."account_kind": domain::account::AccountKind,
        "one_time_token"."purpose": domain::account::TokenPurpose,
        "job"."kind": domain::job::JobKind,
        "job"."status": domain::job::JobStatus,
        "webhook_delivery"."status": domain::job::JobStatus,
        "member_tier_change"."reason": domain::tier::TierChangeReason,
        "cart"."status": domain::cart::CartStatus,
        "promotion"."status": domain::promotion::PromotionStatus,
        "promotion_change"."kind": domain::promotion::PromotionChangeKind,
        "promotion_change"."actor_kind": domain::account::ActorKind,
        "promotion"."stage": domain::promotion::PromotionStage,
        "promotion"."group_mode": domain::promotion::GroupMode,
        "promotion"."discount_base": domain::promotion::DiscountBase,
        "coupon"."status": domain::coupon::CouponStatus,
        "coupon_template"."grant_on": domain::coupon::CouponGrantTrigger,
        "coupon_redemption"."status": domain::coupon::RedemptionStatus,
        "points_rule"."trigger": domain::points::PointsTrigger,
        "points_rule"."expiry_policy": domain::points::PointsExpiryPolicy,
        "points_rule_version"."trigger": domain::points::PointsTrigger,
        "points_rule_version"."expiry_policy": domain::points::PointsExpiryPolicy,
        "points_rule_version"."actor_kind": domain::account::ActorKind,
        "points_transaction"."kind": domain::points::PointsEntryKind,
        "points_adjustment"."status": domain::order::RequestStatus,
        "points_adjustment"."requested_by_kind": domain::account::ActorKind,
        "points_lot"."status": domain::points::PointsLotStatus,
        "points_hold"."status": domain::points::PointsHoldStatus,
        "order"."status": domain::order::OrderStatus,
        "order"."payment_status": domain::order::OrderPaymentStatus,
        "order"."fulfillment_status": domain::order::OrderFulfillmentStatus,
        "order"."return_status": domain::after_sale::OrderReturnStatus,
        "after_sale"."kind": domain::after_sale::AfterSaleKind,
        "after_sale"."status": domain::after_sale::AfterSaleStatus,
        "after_sale"."reason": domain::after_sale::AfterSaleReason,
        "after_sale"."resolution": domain::after_sale::AfterSaleResolution,
        "after_sale_line"."condition": domain::after_sale::AfterSaleCondition,
        "order_line"."price_source_kind": domain::unit_price::PriceSourceKind,
        "order_adjustment"."kind": domain::pricing::AdjustmentKind,
        "order_confirmation_request"."status": domain::order::OrderConfirmationStatus,
        "order_approval"."status": domain::order::RequestStatus,
        "order_proposal"."status": domain::order::RequestStatus,
        "unmatched_payment"."status": domain::settlement::UnmatchedStatus,
        "settlement_line"."kind": domain::settlement::LineKind,
        "settlement_line"."outcome": domain::settlement::LineOutcome,
        "refund_request"."status": domain::order::RequestStatus,
        "refund_approval"."status": domain::order::RequestStatus,
        "order_cancellation"."status": domain::order::RequestStatus,
        "order_change"."status": domain::order::RequestStatus,
        "order_cancellation"."reason": domain::order::OrderCancellationReason,
        "payment"."status": domain::order::PaymentStatus,
        "payment_event"."kind": domain::order::PaymentEventKind,
        "refund"."status": domain::order::RefundStatus,
        "refund_transfer"."status": domain::order::TransferStatus,
        "refund_transfer"."way": domain::order::TransferWay,
        "gift_card"."status": domain::credit::GiftCardStatus,
        "credit_account"."owner_kind": domain::credit::CreditOwnerKind,
        "credit_account"."kind": domain::credit::CreditAccountKind,
        "credit_transaction"."kind": domain::credit::CreditEntryKind,
        "credit_transaction"."actor_kind": domain::account::ActorKind,
        "order_tender"."kind": domain::credit::TenderKind,
        "order_tender"."status": domain::credit::TenderStatus,
        "fulfillment"."status": domain::order::FulfillmentStatus,
        "fulfillment"."hold_reason": domain::order::FulfillmentHoldReason,
        "outbox_message"."status": domain::event::OutboxStatus,
    );
}

#[tokio::test]
async fn checks_refuse_what_no_row_may_hold() {
    let connection = migrated().await;
    connection
        .execute_unprepared(
            "INSERT INTO product (id, status, options, tax_class, version, created_at, updated_at)
                VALUES (X'01', 'DRAFT', '[]', 'standard', 1, '', '');
             INSERT INTO product_variant (id, product_id, position, sku, selected_options, options_key, shippable,
                min_quantity, max_quantity, quantity_step, created_at, updated_at)
                VALUES (X'02', X'01', 0, 'A', '[]', '', true, 1, 10, 1, '', '');
             INSERT INTO warehouse (id, code, name, priority, pickup, active, created_at, updated_at)
                VALUES (X'03', 'main', 'Main', 0, false, true, '', '');
             INSERT INTO stock_level (id, variant_id, warehouse_id, on_hand, allocated, updated_at)
                VALUES (X'04', X'02', X'03', 5, 0, '');",
        )
        .await
        .expect("sound rows are taken");
    for (rule, statement) in [
        ("ck_product_status", "UPDATE product SET status = 'LIVE'"),
        ("ck_product_variant_quantity", "UPDATE product_variant SET max_quantity = 0"),
        ("ck_stock_level_counters", "UPDATE stock_level SET on_hand = -1, backorder_limit = 9"),
        ("ck_stock_level_allocated", "UPDATE stock_level SET allocated = 6"),
        ("ck_stock_level_reserved", "UPDATE stock_level SET reserved = 6"),
        (
            "ck_product_listing_price",
            "INSERT INTO product_listing (product_id, channel_id, min_price_minor)
                SELECT X'01', id, 100 FROM channel",
        ),
        (
            "product_variant.product_id, product_variant.options_key",
            "INSERT INTO product_variant (id, product_id, position, sku, selected_options, options_key, shippable,
                min_quantity, max_quantity, quantity_step, created_at, updated_at)
                VALUES (X'05', X'01', 1, 'B', '[]', '', true, 1, 10, 1, '', '')",
        ),
        ("channel.is_default", "INSERT INTO channel SELECT X'06', 'second', name, currency, tax_included,
            default_locale, locales, country_codes, timezone, confirmation_policy, payment_due_minutes,
            auto_complete_days, confirmation_deadline_minutes, order_prefix, points_redeem_points,
            points_redeem_minor, points_redeem_min, points_redeem_max_ppm, is_default, version, created_at,
            updated_at, points_adjust_limit, promotion_approval, after_sale_policy, confirmation_timeout,
            proposal_deadline_hours, order_approval_levels, refund_approval_levels, reservation_policy, reservation_minutes, routing_policy, points_notice_days, cart_url FROM channel"),
        ("FOREIGN KEY", "DELETE FROM product"),
    ] {
        let refusal = connection
            .execute_unprepared(statement)
            .await
            .expect_err(rule)
            .to_string();
        assert!(refusal.contains(rule), "{rule}: {refusal}");
    }
}
