//! Rebuilding the built-in engine's documents.

use std::sync::Mutex;

use api::auth::Viewer;
use api::error::Error;
use api::service::search::{Progress, reindex};
use entity::search_document;
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{TestApp, both};

use super::{found, range};

/// The command line's viewer.
pub(super) fn operator(app: &TestApp) -> Viewer {
    Viewer::system(
        app.state().channels.find(None).unwrap(),
        app.clock().new_id(),
    )
}

both! {
    async fn lost_documents_are_written_again(app: TestApp) {
        let range = range(&app).await;
        search_document::Entity::delete_many().exec(app.connection()).await.unwrap();
        assert_eq!(found(&app.guest(), "scarf").await, [""; 0]);
        let steps = Mutex::new(Vec::new());
        reindex(app.state(), &operator(&app), &|step| steps.lock().unwrap().push(step)).await.unwrap();
        assert_eq!(found(&app.guest(), "scarf").await, [range.scarf.product.as_str()]);
        assert_eq!(search_document::Entity::find().count(app.connection()).await.unwrap(), 6);
        assert_eq!(*steps.lock().unwrap(), [Progress::Written { done: 3, of: 3 }]);
    }

    async fn a_rebuild_needs_the_right(app: TestApp) {
        let mut viewer = operator(&app);
        viewer.permissions.clear();
        let refused = reindex(app.state(), &viewer, &|_step| {}).await;
        assert!(matches!(refused, Err(Error::Forbidden(domain::permission::Permission::SearchWrite))));
    }

    async fn documents_of_a_language_no_longer_used_are_dropped(app: TestApp) {
        range(&app).await;
        tests::arrange::change_channel(&app, |channel| {
            channel.locales = sea_orm::ActiveValue::Set(entity::column::Json(vec!["en".to_owned()]));
        })
        .await;
        reindex(app.state(), &operator(&app), &|_step| {}).await.unwrap();
        assert_eq!(search_document::Entity::find().count(app.connection()).await.unwrap(), 3);
    }
}
