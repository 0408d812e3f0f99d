use migration::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, EntityTrait};

use super::scratch;

/// Reads every column of a table, so that a column missing on either side is an error.
async fn read<E: EntityTrait>(connection: &DatabaseConnection, table: &str) {
    E::find()
        .one(connection)
        .await
        .unwrap_or_else(|error| panic!("{table}: {error}"));
}

#[tokio::test]
async fn every_row_type_agrees_with_its_table() {
    let connection = scratch::sqlite().await;
    Migrator::up(&connection, None).await.expect("up");
    macro_rules! read_each {
        ($($table:ident),+ $(,)?) => {
            $(read::<entity::$table::Entity>(&connection, stringify!($table)).await;)+
        };
    }
    read_each!(
        abandoned_cart,
        api_key,
        audit_entry,
        bundle_component,
        cart,
        cart_coupon,
        cart_line,
        category,
        category_translation,
        channel,
        collection,
        collection_translation,
        coupon,
        coupon_grant,
        coupon_redemption,
        coupon_template,
        credit_account,
        credit_posting,
        credit_transaction,
        event,
        flash_sale,
        flash_sale_entry,
        flash_sale_use,
        fulfillment,
        fulfillment_line,
        gift_card,
        idempotency_record,
        job,
        job_file_part,
        media,
        member,
        member_address,
        member_group,
        member_group_member,
        member_standing,
        member_tier,
        member_tier_change,
        one_time_token,
        order,
        order_adjustment,
        order_cancellation,
        order_change,
        order_confirmation_request,
        order_counter,
        order_event,
        order_line,
        order_line_component,
        order_tender,
        outbox_message,
        payment,
        payment_event,
        payment_method,
        points_account,
        points_adjustment,
        points_capped_event,
        points_hold,
        points_lot,
        points_posting,
        points_promise,
        points_rule,
        points_rule_version,
        points_transaction,
        presale,
        price_history,
        price_list,
        price_list_entry,
        price_list_tier,
        product,
        product_category,
        product_collection,
        product_listing,
        product_tag,
        product_translation,
        product_variant,
        promotion,
        promotion_change,
        promotion_use,
        refresh_token,
        refund,
        refund_adjustment,
        refund_line,
        refund_transfer,
        role,
        search_document,
        search_state,
        segment,
        session,
        shipping_method,
        staff,
        staff_role,
        stock_alert,
        stock_allocation,
        stock_check,
        stock_level,
        stock_movement,
        tax_rate,
        variant_price,
        warehouse,
        webhook,
        webhook_delivery,
        webhook_inbox,
    );
}
