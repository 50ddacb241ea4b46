//! The models that were found.

use wire::Error;
use wire::models::ModelEntry;

use crate::router::Context;

pub(crate) async fn list(cx: &Context) -> Result<Vec<ModelEntry>, Error> {
    cx.state.look_for_models().await;
    Ok(cx.state.setup().catalogue.list())
}
