//! One home: one owner, guests beside it, and a database of a later version left alone.

use contract::Handler;
use contract::calls::NodeAdd;

use super::rig::{House, embedded, form, listening, ready};
use crate::nodes::LOCAL;
use crate::{Fleet, StartError};

#[tokio::test]
async fn a_second_copy_is_refused_and_a_guest_works_beside_the_first() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let open = listening(&gateway, None).await;
    let first = house.fleet(Some(embedded(&gateway))).await;
    let second = house.try_fleet(None, false).await;
    assert!(matches!(second, Err(StartError::AlreadyRunning)));

    let guest = house.try_fleet(None, true).await.unwrap();
    let id = guest.node_add("pilot", NodeAdd { form: form("homelab", &open.url) }).await.unwrap();
    guest.connect(&id).await.unwrap();
    ready(&guest, &id).await;
    assert!(!guest.agents(&id).await.unwrap().is_empty());
    first.inner.nodes.reconcile().await.unwrap();
    ready(&first, &id).await;
    ready(&first, LOCAL).await;
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_with_a_sentence_and_not_touched() {
    let house = House::new();
    house.home().create().unwrap();
    let file = house.home().data.join(crate::table::FILE);
    let db = rusqlite::Connection::open(&file).unwrap();
    db.pragma_update(None, "user_version", 9_999).unwrap();
    db.execute_batch("CREATE TABLE later (x)").unwrap();
    drop(db);
    let before = std::fs::read(&file).unwrap();
    let refused = house.try_fleet(None, false).await.map(|_: Fleet| ()).unwrap_err();
    assert!(refused.to_string().contains("newer version"), "{refused}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
