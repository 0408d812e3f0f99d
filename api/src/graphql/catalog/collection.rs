use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::CollectionId;

use super::filter::{ProductFilter, ProductSort};
use super::media::Media;
use super::product::ProductConnection;
use super::query::products_in;
use super::text::{Seo, served};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::graphql::scalar::Locale;
use crate::service::catalog::{CollectionView, ProductsIn, Texts};

/// A curated set of products.
#[derive(Clone)]
pub struct Collection(pub Arc<CollectionView>);

connection!(
    CollectionConnection,
    CollectionEdge,
    Collection,
    "The collection."
);

/// A curated set of products.
#[Object]
impl Collection {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        CollectionId(self.0.row.id).to_string().into()
    }

    /// Last part of its address.
    async fn slug(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Overrides Accept-Language.")] locale: Option<Locale>,
    ) -> Result<String> {
        self.text(ctx, locale.as_ref(), |texts| texts.slug().to_owned())
            .await
    }

    /// Name to show.
    async fn name(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Overrides Accept-Language.")] locale: Option<Locale>,
    ) -> Result<String> {
        self.text(ctx, locale.as_ref(), |texts| texts.name().to_owned())
            .await
    }

    /// Text as sanitised HTML.
    async fn description(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Overrides Accept-Language.")] locale: Option<Locale>,
    ) -> Result<Option<String>> {
        self.text(ctx, locale.as_ref(), |texts| {
            texts.description().map(str::to_owned)
        })
        .await
    }

    /// Picture.
    async fn media(&self) -> Result<Option<Media>> {
        let media = self.0.media().await.map_err(|error| top_level(&error))?;
        Ok(media.and_then(Media::of))
    }

    /// What search engines show.
    async fn seo(&self, ctx: &Context<'_>) -> Result<Seo> {
        self.text(ctx, None, Seo::of).await
    }

    /// Products in it.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<ProductFilter>,
        #[graphql(desc = "Order of rows.")] sort: Option<ProductSort>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<ProductConnection> {
        let page = paging(ctx, first, after, last, before)?;
        products_in(
            ctx,
            ProductsIn::Collection(CollectionId(self.0.row.id)),
            filter,
            sort,
            &page,
        )
        .await
    }
}

impl Collection {
    /// Picks a text in the language asked for.
    async fn text<T>(
        &self,
        ctx: &Context<'_>,
        locale: Option<&Locale>,
        pick: impl FnOnce(Texts<'_>) -> T,
    ) -> Result<T> {
        let viewer = ctx.viewer()?;
        let locale = served(viewer, locale);
        let texts = self.0.texts(viewer, locale.as_deref()).await;
        Ok(pick(texts.map_err(|error| top_level(&error))?))
    }
}
