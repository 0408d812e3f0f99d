use async_graphql::{ID, Object};
use domain::id::MediaId;
use entity::media::Model;

use crate::graphql::scalar::Url;

/// An image or video.
#[derive(Clone, Debug)]
pub struct Media {
    row: Model,
    url: url::Url,
}

impl Media {
    /// Shows a stored picture; `None` when its address is none any more.
    #[must_use]
    pub fn of(row: &Model) -> Option<Self> {
        Some(Self {
            url: url::Url::parse(&row.url).ok()?,
            row: row.clone(),
        })
    }

    pub(super) fn list(rows: &[Model]) -> Vec<Self> {
        rows.iter().filter_map(Self::of).collect()
    }
}

/// An image or video.
#[Object]
impl Media {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        MediaId(self.row.id).to_string().into()
    }

    /// Media type.
    fn content_type(&self) -> &str {
        &self.row.content_type
    }

    /// Address.
    fn url(&self) -> Url {
        Url(self.url.clone())
    }

    /// Text instead of it.
    fn alt(&self) -> Option<&str> {
        self.row.alt.as_deref()
    }

    /// Width in pixels.
    fn width(&self) -> Option<i32> {
        self.row.width
    }

    /// Height in pixels.
    fn height(&self) -> Option<i32> {
        self.row.height
    }
}
