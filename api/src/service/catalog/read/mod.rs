//! Reading the catalog.

mod bundle;
mod category;
mod collection;
mod filter;
mod find;
mod list;
mod product;
mod text;
mod variant;

use std::collections::HashMap;

use sea_orm::{DatabaseConnection, DbBackend, FromQueryResult};
use uuid::Uuid;

pub use category::{CategoryView, categories_by_ids, child_categories, find_category};
pub use collection::{CollectionView, collection_views, collections_by_ids, find_collection};
pub use filter::ProductFilter;
pub(crate) use filter::in_categories;
pub use find::{
    VariantKey, find_by_model_numbers, find_media, find_product, find_product_by_external_ref,
    find_variant, products_by_ids, products_of_variants, variants_by_ids, visible_variants_by_ids,
};
pub use list::{ProductOrder, ProductsIn, list_products};
pub use product::ProductView;
pub(super) use text::load as load_texts;
pub use text::{TextRow, Texts};
pub use variant::VariantView;

use crate::auth::Viewer;
use crate::service::price_list::Audience;
use crate::state::AppState;
use domain::money::Currency;
use domain::permission::Permission;

/// Parts of rows by the id of their owner.
type ByOwner<T> = HashMap<Uuid, Vec<T>>;

/// A row of another table, with what it belongs to.
#[derive(FromQueryResult)]
struct Owned<T: FromQueryResult> {
    owner_id: Uuid,
    #[sea_orm(nested)]
    row: T,
}

impl<T: FromQueryResult> Owned<T> {
    /// Gathers rows by owner, keeping their order.
    fn grouped(rows: Vec<Self>) -> ByOwner<T> {
        let mut groups = ByOwner::new();
        for owned in rows {
            let group: &mut Vec<T> = groups.entry(owned.owner_id).or_default();
            group.push(owned.row);
        }
        groups
    }
}

/// For whom a batch is loaded.
#[derive(Clone)]
struct Scope {
    app: AppState,
    channel_id: Uuid,
    currency: Currency,
    member_id: Option<Uuid>,
    sees_all: bool,
}

impl Scope {
    fn of(app: &AppState, viewer: &Viewer) -> Self {
        Self {
            app: app.clone(),
            channel_id: viewer.channel.id,
            currency: viewer.channel.currency.0,
            member_id: viewer.member_id().map(|id| id.0),
            sees_all: viewer.may(Permission::ProductRead),
        }
    }

    /// Whose prices are shown.
    fn audience(&self) -> Audience {
        Audience {
            channel_id: self.channel_id,
            currency: self.currency,
            member_id: self.member_id,
            email: None,
            now: self.app.clock.now(),
        }
    }

    fn connection(&self) -> &DatabaseConnection {
        self.app.database.read()
    }

    fn backend(&self) -> DbBackend {
        self.app.database.backend()
    }
}

/// The rows of one owner; none when it is not in the map.
fn of_owner<T>(parts: &ByOwner<T>, owner: Uuid) -> &[T] {
    parts.get(&owner).map_or(&[], Vec::as_slice)
}
