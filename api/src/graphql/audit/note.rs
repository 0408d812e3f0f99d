use std::sync::Arc;

use async_graphql::async_trait;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::parser::types::Field;
use async_graphql::{ServerResult, Value, Variables};

use crate::audit;
use crate::auth::Viewer;
use crate::clock::Clock;
use crate::service::audit::note;

/// Runs each mutation of staff under its note.
pub struct Notes;

/// Who asks, and the values of the variables.
pub struct AsAsked {
    /// Makes the entry's id and its instant.
    pub clock: Clock,
    /// Who asks.
    pub viewer: Arc<Viewer>,
    /// Values of the variables.
    pub variables: Variables,
}

impl ExtensionFactory for Notes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Notes {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let asked = ctx
            .data_opt::<AsAsked>()
            .filter(|_| info.parent_type == "Mutation");
        let entry = asked.and_then(|asked| {
            let input = input_of(info.field, &asked.variables);
            note(&asked.clock, &asked.viewer, info.name, input)
        });
        match entry {
            Some(entry) => audit::under(entry, next.run(ctx, info)).await,
            None => next.run(ctx, info).await,
        }
    }
}

/// The argument `input`, with its variables replaced by their values.
fn input_of(field: &Field, variables: &Variables) -> serde_json::Value {
    let Some(input) = field.get_argument("input") else {
        return serde_json::Value::Null;
    };
    let value = |name: async_graphql::Name| variables.get(&name).cloned().ok_or(());
    let input = input.node.clone().into_const_with(value);
    input
        .ok()
        .and_then(|input| input.into_json().ok())
        .unwrap_or_default()
}
