//! Products, their variants, prices and texts, and the ways they are grouped.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE product (
        id uuid NOT NULL PRIMARY KEY,
        status text NOT NULL,
        brand text,
        external_ref text CONSTRAINT uq_product_external_ref UNIQUE,
        options jsonb NOT NULL,
        tax_class text NOT NULL DEFAULT 'standard',
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_product_status CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
        CONSTRAINT ck_product_tax_class CHECK (length(tax_class) > 0)
    )",
    "CREATE INDEX idx_product_brand ON product (brand)",
    "CREATE TABLE product_translation (
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        locale text NOT NULL,
        name text NOT NULL,
        slug text CONSTRAINT uq_product_translation_slug UNIQUE,
        description text,
        seo_title text,
        seo_description text,
        PRIMARY KEY (product_id, locale),
        CONSTRAINT ck_product_translation_name CHECK (length(name) > 0)
    )",
    "CREATE TABLE product_listing (
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        channel_id uuid NOT NULL REFERENCES channel (id),
        published_at timestamptz,
        min_price_minor bigint,
        max_price_minor bigint,
        min_compare_at_minor bigint,
        max_compare_at_minor bigint,
        PRIMARY KEY (product_id, channel_id),
        CONSTRAINT ck_product_listing_price CHECK ((min_price_minor IS NULL) = (max_price_minor IS NULL)
            AND (min_price_minor IS NULL OR min_price_minor BETWEEN 0 AND max_price_minor)),
        CONSTRAINT ck_product_listing_compare_at CHECK ((min_compare_at_minor IS NULL) = (max_compare_at_minor IS NULL)
            AND (min_compare_at_minor IS NULL OR min_compare_at_minor BETWEEN 0 AND max_compare_at_minor))
    ) CLUSTERED",
    "CREATE INDEX idx_product_listing_channel_id_published_at_product_id
        ON product_listing (channel_id, published_at, product_id)",
    "CREATE INDEX idx_product_listing_channel_id_min_price_minor_product_id
        ON product_listing (channel_id, min_price_minor, product_id)",
    "CREATE TABLE product_tag (
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        tag text NOT NULL,
        PRIMARY KEY (product_id, tag),
        CONSTRAINT ck_product_tag_tag CHECK (length(tag) > 0)
    ) CLUSTERED",
    "CREATE INDEX idx_product_tag_tag ON product_tag (tag)",
    "CREATE TABLE product_variant (
        id uuid NOT NULL PRIMARY KEY,
        product_id uuid NOT NULL REFERENCES product (id),
        position integer NOT NULL,
        sku text NOT NULL CONSTRAINT uq_product_variant_sku UNIQUE,
        model_number text,
        model_key text,
        barcode text CONSTRAINT uq_product_variant_barcode UNIQUE,
        selected_options jsonb NOT NULL,
        options_key text NOT NULL,
        shippable boolean NOT NULL,
        weight_grams integer,
        min_quantity integer NOT NULL,
        max_quantity integer NOT NULL,
        quantity_step integer NOT NULL,
        quantity_per_member integer,
        archived_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_product_variant_sku CHECK (length(sku) > 0),
        CONSTRAINT ck_product_variant_weight_grams CHECK (weight_grams >= 0),
        CONSTRAINT ck_product_variant_quantity CHECK (min_quantity > 0 AND max_quantity >= min_quantity AND quantity_step > 0),
        CONSTRAINT ck_product_variant_quantity_per_member CHECK (quantity_per_member > 0)
    )",
    "CREATE INDEX idx_product_variant_product_id_position ON product_variant (product_id, position)",
    "CREATE INDEX idx_product_variant_model_key ON product_variant (model_key)",
    // An archived variant gives its choices free for a new one.
    "CREATE UNIQUE INDEX uq_product_variant_product_id_options_key
        ON product_variant (product_id, options_key) WHERE archived_at IS NULL",
    "CREATE TABLE variant_price (
        variant_id uuid NOT NULL REFERENCES product_variant (id) ON DELETE CASCADE,
        channel_id uuid NOT NULL REFERENCES channel (id),
        currency text NOT NULL,
        price_minor bigint NOT NULL,
        compare_at_minor bigint,
        PRIMARY KEY (variant_id, channel_id),
        CONSTRAINT ck_variant_price_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_variant_price_price CHECK (price_minor >= 0),
        CONSTRAINT ck_variant_price_compare_at CHECK (compare_at_minor >= 0)
    ) CLUSTERED",
    "CREATE TABLE media (
        id uuid NOT NULL PRIMARY KEY,
        product_id uuid REFERENCES product (id) ON DELETE CASCADE,
        variant_id uuid REFERENCES product_variant (id) ON DELETE CASCADE,
        position integer NOT NULL,
        url text NOT NULL,
        alt text,
        content_type text NOT NULL,
        width integer,
        height integer,
        CONSTRAINT ck_media_owner CHECK (product_id IS NULL OR variant_id IS NULL),
        CONSTRAINT ck_media_size CHECK ((width IS NULL OR width > 0) AND (height IS NULL OR height > 0))
    )",
    "CREATE INDEX idx_media_product_id ON media (product_id)",
    "CREATE INDEX idx_media_variant_id ON media (variant_id)",
    "CREATE TABLE category (
        id uuid NOT NULL PRIMARY KEY,
        parent_id uuid REFERENCES category (id),
        position integer NOT NULL,
        path text NOT NULL,
        media_id uuid REFERENCES media (id),
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_category_parent CHECK (parent_id IS NULL OR parent_id <> id)
    )",
    "CREATE INDEX idx_category_parent_id_position ON category (parent_id, position)",
    "CREATE INDEX idx_category_path ON category (path)",
    "CREATE INDEX idx_category_media_id ON category (media_id)",
    "CREATE TABLE category_translation (
        category_id uuid NOT NULL REFERENCES category (id) ON DELETE CASCADE,
        locale text NOT NULL,
        name text NOT NULL,
        slug text CONSTRAINT uq_category_translation_slug UNIQUE,
        description text,
        seo_title text,
        seo_description text,
        PRIMARY KEY (category_id, locale),
        CONSTRAINT ck_category_translation_name CHECK (length(name) > 0)
    )",
    "CREATE TABLE collection (
        id uuid NOT NULL PRIMARY KEY,
        position integer NOT NULL,
        media_id uuid REFERENCES media (id),
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )",
    "CREATE INDEX idx_collection_media_id ON collection (media_id)",
    "CREATE TABLE collection_translation (
        collection_id uuid NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        locale text NOT NULL,
        name text NOT NULL,
        slug text CONSTRAINT uq_collection_translation_slug UNIQUE,
        description text,
        seo_title text,
        seo_description text,
        PRIMARY KEY (collection_id, locale),
        CONSTRAINT ck_collection_translation_name CHECK (length(name) > 0)
    )",
    "CREATE TABLE product_category (
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        category_id uuid NOT NULL REFERENCES category (id) ON DELETE CASCADE,
        PRIMARY KEY (product_id, category_id)
    ) CLUSTERED",
    "CREATE INDEX idx_product_category_category_id ON product_category (category_id)",
    "CREATE TABLE product_collection (
        collection_id uuid NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
        position integer NOT NULL,
        PRIMARY KEY (collection_id, product_id)
    ) CLUSTERED",
    "CREATE INDEX idx_product_collection_product_id ON product_collection (product_id)",
];

const DOWN: &[&str] = &[
    "product_collection",
    "product_category",
    "collection_translation",
    "collection",
    "category_translation",
    "category",
    "media",
    "variant_price",
    "product_variant",
    "product_tag",
    "product_listing",
    "product_translation",
    "product",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, DOWN).await
    }
}
