//! Arranges what a scenario starts from, straight in the database: a place to sell from and goods to sell. Whatever a test
//! is about goes through GraphQL.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    account::ActorKind,
    catalog::{ProductOption, ProductOptionValue, ProductStatus, SelectedOption, options_key},
    id::{PaymentMethodId, ProductId, ProductVariantId, ShippingMethodId, WarehouseId},
    order::payment::PaymentProvider,
    stock::StockMovementKind,
};
use entity::column::Json;
use entity::{product_listing, variant_price};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QueryOrder};
use uuid::Uuid;

use crate::app::TestApp;

/// Where a test shop sells from and how it ships and is paid.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Global id of the one warehouse.
    pub warehouse: String,
    /// Global id of a way to ship that costs 4.90 everywhere.
    pub shipping_method: String,
    /// Global id of payment by bank transfer.
    pub manual_payment: String,
    /// Global id of the test provider.
    pub test_payment: String,
    warehouse_id: Uuid,
}

/// Goods to sell.
#[derive(Debug, Clone)]
pub struct Goods {
    /// Global id of the product.
    pub product: String,
    /// Global ids of its variants, in their order.
    pub variants: Vec<String>,
    /// Their stock keeping units.
    pub skus: Vec<String>,
}

impl Goods {
    /// The first variant.
    #[must_use]
    pub fn variant(&self) -> &str {
        &self.variants[0]
    }
}

/// A product to arrange; one variant, 10.00, 100 units in stock, published, unless said otherwise.
#[derive(Debug, Clone)]
#[must_use]
pub struct ProductPlan {
    name: String,
    prices: Vec<i64>,
    stock: i32,
    is_published: bool,
    is_shippable: bool,
}

/// A product of this name; its slug and stock keeping units are made of it.
pub fn product(name: &str) -> ProductPlan {
    ProductPlan {
        name: name.to_owned(),
        prices: vec![1000],
        stock: 100,
        is_published: true,
        is_shippable: true,
    }
}

impl ProductPlan {
    /// One variant per price, in minor units of the default channel's currency.
    pub fn prices(mut self, prices: &[i64]) -> Self {
        self.prices = prices.to_vec();
        self
    }

    /// Units on hand of each variant.
    pub fn stock(mut self, units: i32) -> Self {
        self.stock = units;
        self
    }

    /// Leaves it a draft.
    pub fn draft(mut self) -> Self {
        self.is_published = false;
        self
    }

    /// Makes it something that is not shipped.
    pub fn digital(mut self) -> Self {
        self.is_shippable = false;
        self
    }

    /// Writes it.
    pub async fn insert(self, app: &TestApp, shop: &Shop) -> Goods {
        let now = app.clock().now();
        let channel = channel(app).await;
        let product_id = app.clock().new_id();
        let slug = self.name.to_lowercase().replace(' ', "-");
        let options = self.options();
        let product = entity::product::ActiveModel {
            id: Set(product_id),
            status: Set(if self.is_published {
                ProductStatus::Published
            } else {
                ProductStatus::Draft
            }
            .into()),
            brand: Set(Some("Vitrine".to_owned())),
            external_ref: Set(None),
            options: Set(Json(options.clone())),
            tax_class: Set("standard".to_owned()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        write(app, product).await;
        let translation = entity::product_translation::ActiveModel {
            product_id: Set(product_id),
            locale: Set(channel.default_locale.clone()),
            name: Set(self.name.clone()),
            slug: Set(Some(slug.clone())),
            description: Set(Some(format!("<p>{}</p>", self.name))),
            seo_title: Set(None),
            seo_description: Set(None),
        };
        write(app, translation).await;
        let listing = product_listing::ActiveModel {
            product_id: Set(product_id),
            channel_id: Set(channel.id),
            published_at: Set(self.is_published.then_some(now)),
            min_price_minor: Set(self.prices.iter().min().copied()),
            max_price_minor: Set(self.prices.iter().max().copied()),
            min_compare_at_minor: Set(None),
            max_compare_at_minor: Set(None),
        };
        write(app, listing).await;
        let mut goods = Goods {
            product: ProductId::from(product_id).to_string(),
            variants: Vec::new(),
            skus: Vec::new(),
        };
        for (at, price) in self.prices.iter().enumerate() {
            let (variant_id, sku) = self
                .insert_variant(app, product_id, &options, at, now)
                .await;
            let price = variant_price::ActiveModel {
                variant_id: Set(variant_id),
                channel_id: Set(channel.id),
                currency: Set(channel.currency),
                price_minor: Set(*price),
                compare_at_minor: Set(None),
            };
            write(app, price).await;
            set_stock(app, shop, variant_id, self.stock).await;
            goods
                .variants
                .push(ProductVariantId::from(variant_id).to_string());
            goods.skus.push(sku);
        }
        goods
    }

    fn options(&self) -> Vec<ProductOption> {
        if self.prices.len() < 2 {
            return Vec::new();
        }
        let values = (1..=self.prices.len()).map(|size| ProductOptionValue {
            name: size.to_string(),
            swatch: None,
        });
        vec![ProductOption {
            name: "Size".to_owned(),
            values: values.collect(),
        }]
    }

    async fn insert_variant(
        &self,
        app: &TestApp,
        product_id: Uuid,
        options: &[ProductOption],
        at: usize,
        now: DateTime<Utc>,
    ) -> (Uuid, String) {
        let id = app.clock().new_id();
        let sku = format!("{}-{}", self.name.to_uppercase().replace(' ', "-"), at + 1);
        let selected: Vec<SelectedOption> = options
            .iter()
            .map(|option| SelectedOption {
                name: option.name.clone(),
                value: (at + 1).to_string(),
            })
            .collect();
        let variant = entity::product_variant::ActiveModel {
            id: Set(id),
            product_id: Set(product_id),
            position: Set(i32::try_from(at).expect("few variants")),
            sku: Set(sku.clone()),
            model_number: Set(None),
            model_key: Set(None),
            barcode: Set(None),
            options_key: Set(options_key(options, &selected).expect("options that fit")),
            selected_options: Set(Json(selected)),
            shippable: Set(self.is_shippable),
            weight_grams: Set(None),
            min_quantity: Set(1),
            max_quantity: Set(100),
            quantity_step: Set(1),
            quantity_per_member: Set(None),
            bundle: Set(false),
            archived_at: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        write(app, variant).await;
        (id, sku)
    }
}

/// A warehouse, a way to ship and both ways to pay, in the default channel.
pub async fn shop(app: &TestApp) -> Shop {
    let now = app.clock().now();
    let channel = channel(app).await;
    let warehouse_id = app.clock().new_id();
    let warehouse = entity::warehouse::ActiveModel {
        id: Set(warehouse_id),
        code: Set("main".to_owned()),
        name: Set("Main".to_owned()),
        address: Set(None),
        priority: Set(1),
        pickup: Set(false),
        active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
    };
    write(app, warehouse).await;
    let shipping_id = app.clock().new_id();
    let shipping = entity::shipping_method::ActiveModel {
        id: Set(shipping_id),
        channel_id: Set(channel.id),
        code: Set("parcel".to_owned()),
        name: Set("Parcel".to_owned()),
        name_translations: Set(Json(BTreeMap::new())),
        price_minor: Set(490),
        free_over_minor: Set(None),
        country_codes: Set(Json(Vec::new())),
        tax_class: Set("standard".to_owned()),
        min_days: Set(Some(1)),
        max_days: Set(Some(3)),
        pickup_warehouse_id: Set(None),
        position: Set(0),
        active: Set(true),
    };
    write(app, shipping).await;
    Shop {
        warehouse: WarehouseId::from(warehouse_id).to_string(),
        shipping_method: ShippingMethodId::from(shipping_id).to_string(),
        manual_payment: payment_method(app, channel.id, PaymentProvider::Manual, "manual").await,
        test_payment: payment_method(app, channel.id, PaymentProvider::Test, "test").await,
        warehouse_id,
    }
}

/// The shop of this app, made at the first call: for what is prepared again and again.
pub async fn shop_or_existing(app: &TestApp) -> Shop {
    let connection = app.connection();
    let warehouse = entity::warehouse::Entity::find()
        .one(connection)
        .await
        .expect("warehouses can be read");
    let Some(warehouse) = warehouse else {
        return shop(app).await;
    };
    let shipping = entity::shipping_method::Entity::find()
        .one(connection)
        .await
        .expect("ways to ship can be read");
    let payments = entity::payment_method::Entity::find()
        .all(connection)
        .await
        .expect("ways to pay can be read");
    let by = |provider: PaymentProvider| {
        let method = payments
            .iter()
            .find(|method| method.provider.0 == provider)
            .expect("the shop has both ways to pay");
        PaymentMethodId::from(method.id).to_string()
    };
    Shop {
        warehouse: WarehouseId::from(warehouse.id).to_string(),
        shipping_method: ShippingMethodId::from(shipping.expect("the shop has a way to ship").id)
            .to_string(),
        manual_payment: by(PaymentProvider::Manual),
        test_payment: by(PaymentProvider::Test),
        warehouse_id: warehouse.id,
    }
}

/// The default channel.
pub async fn channel(app: &TestApp) -> entity::channel::Model {
    entity::channel::Entity::find()
        .order_by_desc(entity::channel::Column::IsDefault)
        .one(app.connection())
        .await
        .expect("channels can be read")
        .expect("the migrations make one")
}

/// Opens another channel with the settings of the default one, and lets the app know.
pub async fn open_channel(app: &TestApp, slug: &str) -> Uuid {
    let id = app.clock().new_id();
    let mut opened = channel(app).await.into_active_model().reset_all();
    opened.id = Set(id);
    opened.slug = Set(slug.to_owned());
    opened.is_default = Set(false);
    opened.order_prefix = Set(format!("{slug}-"));
    entity::channel::Entity::insert(opened)
        .exec_without_returning(app.connection())
        .await
        .expect("the channel is written");
    let counter = entity::order_counter::ActiveModel {
        channel_id: Set(id),
        last_number: Set(0),
    };
    entity::order_counter::Entity::insert(counter)
        .exec_without_returning(app.connection())
        .await
        .expect("its counter is written");
    reload_channels(app).await;
    id
}

/// Sells everything in another channel too, at the prices of the default one.
pub async fn sell_all_in(app: &TestApp, channel_id: Uuid) {
    let connection = app.connection();
    let prices = variant_price::Entity::find().all(connection).await;
    for row in prices.expect("prices can be read") {
        let mut price = row.into_active_model().reset_all();
        price.channel_id = Set(channel_id);
        variant_price::Entity::insert(price)
            .exec_without_returning(connection)
            .await
            .expect("the price is written");
    }
    let listings = product_listing::Entity::find().all(connection).await;
    for row in listings.expect("listings can be read") {
        let mut listing = row.into_active_model().reset_all();
        listing.channel_id = Set(channel_id);
        product_listing::Entity::insert(listing)
            .exec_without_returning(connection)
            .await
            .expect("the listing is written");
    }
}

/// Changes the default channel and lets the app know.
pub async fn change_channel(app: &TestApp, change: impl FnOnce(&mut entity::channel::ActiveModel)) {
    let mut channel = channel(app).await.into_active_model();
    change(&mut channel);
    channel
        .update(app.connection())
        .await
        .expect("the channel is written");
    reload_channels(app).await;
}

async fn reload_channels(app: &TestApp) {
    app.state()
        .channels
        .reload(&app.state().database)
        .await
        .expect("channels can be read");
}

/// Makes a way to pay and answers its global id.
pub async fn payment_method(
    app: &TestApp,
    channel_id: Uuid,
    provider: PaymentProvider,
    code: &str,
) -> String {
    let id = app.clock().new_id();
    let method = entity::payment_method::ActiveModel {
        id: Set(id),
        channel_id: Set(channel_id),
        code: Set(code.to_owned()),
        provider: Set(provider.into()),
        name: Set(code.to_owned()),
        name_translations: Set(Json(BTreeMap::new())),
        instructions: Set(None),
        position: Set(0),
        active: Set(true),
    };
    write(app, method).await;
    PaymentMethodId::from(id).to_string()
}

async fn set_stock(app: &TestApp, shop: &Shop, variant_id: Uuid, units: i32) {
    let now = app.clock().now();
    let level = entity::stock_level::ActiveModel {
        id: Set(app.clock().new_id()),
        variant_id: Set(variant_id),
        warehouse_id: Set(shop.warehouse_id),
        on_hand: Set(units),
        allocated: Set(0),
        reserved: Set(0),
        incoming: Set(0),
        safety: Set(0),
        backorder_limit: Set(0),
        expected_at: Set(None),
        source_version: Set(None),
        imported_on_hand: Set(None),
        updated_at: Set(now),
    };
    write(app, level).await;
    if units == 0 {
        return;
    }
    let movement = entity::stock_movement::ActiveModel {
        id: Set(app.clock().new_id()),
        variant_id: Set(variant_id),
        warehouse_id: Set(shop.warehouse_id),
        kind: Set(StockMovementKind::Set.into()),
        on_hand_delta: Set(units),
        allocated_delta: Set(0),
        reason: Set(Some("arranged".to_owned())),
        source_id: Set(None),
        actor_kind: Set(ActorKind::System.into()),
        actor_id: Set(None),
        occurred_at: Set(now),
    };
    write(app, movement).await;
}

async fn write<A>(app: &TestApp, row: A)
where
    A: ActiveModelTrait,
{
    <A::Entity as EntityTrait>::insert(row)
        .exec_without_returning(app.connection())
        .await
        .expect("what a scenario starts from is written");
}
