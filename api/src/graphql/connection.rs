//! Relay connections: one generic shape for every list that grows.

use async_graphql::SimpleObject;

use crate::service::page::Page;

/// Where a page sits in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether rows follow.
    pub has_next_page: bool,
    /// Whether rows precede.
    pub has_previous_page: bool,
    /// First row's cursor.
    pub start_cursor: Option<String>,
    /// Last row's cursor.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Describes a page.
    #[must_use]
    pub fn of<T>(page: &Page<T>) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: page.rows.last().map(|(cursor, _)| cursor.clone()),
        }
    }
}

/// Declares `XConnection` and `XEdge` for a node type. async-graphql's own generic ones carry no descriptions, and ours
/// must be `Object`s so that `nodes` borrows from the edges.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty, $what:literal) => {
        #[doc = "One row."]
        pub struct $edge {
            cursor: String,
            node: $node,
        }

        /// One row.
        #[async_graphql::Object]
        impl $edge {
            #[doc = $what]
            async fn node(&self) -> &$node {
                &self.node
            }
            /// Its place.
            async fn cursor(&self) -> &str {
                &self.cursor
            }
        }

        #[doc = "A page of rows."]
        pub struct $connection {
            edges: Vec<$edge>,
            page_info: $crate::graphql::connection::PageInfo,
            total: Option<u64>,
        }

        impl $connection {
            /// Wraps a page of rows.
            pub fn new<T>(page: $crate::service::page::Page<T>, wrap: impl Fn(T) -> $node) -> Self {
                let page_info = $crate::graphql::connection::PageInfo::of(&page);
                let edges = page
                    .rows
                    .into_iter()
                    .map(|(cursor, row)| $edge {
                        cursor,
                        node: wrap(row),
                    })
                    .collect();
                Self {
                    edges,
                    page_info,
                    total: page.total,
                }
            }
        }

        /// A page of rows.
        #[async_graphql::Object]
        impl $connection {
            /// Rows with cursors.
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }
            /// Rows.
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }
            /// Paging.
            async fn page_info(&self) -> &$crate::graphql::connection::PageInfo {
                &self.page_info
            }
            /// All rows, null if costly.
            async fn total_count(&self) -> Option<i32> {
                self.total.and_then(|total| i32::try_from(total).ok())
            }
        }
    };
}
pub(crate) use connection;
