//! Rows of the sidebar: a node, an agent.

use contract::approval::Approval;
use contract::node::{Activity, Node};
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent};

use crate::acts::open::{self, Where};
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::{Mark, Shape};
use crate::state::clock::now;
use crate::state::counts::{Standing, asking, doing, since, standing};
use crate::state::{PaneState, Route, State};
use crate::text::{time, words};

/// What a node's own row shows.
#[derive(Clone, PartialEq)]
struct Head {
    name: String,
    shape: Shape,
    aside: String,
    away: bool,
}

impl Head {
    fn of(node: &Node) -> Self {
        let away = matches!(standing(node), Standing::Away | Standing::Resting);
        let aside = match standing(node) {
            Standing::Away => format!("since {}", time::moment(since(node), now())),
            Standing::Resting => "paused".to_owned(),
            _ => words::product(node),
        };
        Self { name: node.name.clone(), shape: node.state.into(), aside, away }
    }
}

/// A node's own row; a press folds its agents away.
#[component]
pub fn NodeRow(id: String) -> impl IntoView {
    let state = State::here();
    let folded = expect_context::<super::Folded>().0;
    let of = id.clone();
    let head = Memo::new(move |_| state.told.node(&of, Head::of));
    let of = id.clone();
    let open = Memo::new(move |_| folded.with(|folded| !folded.contains(&of)));
    let shape = Signal::derive(move || head.with(|head| head.as_ref().map_or(Shape::Offline, |head| head.shape)));
    let text = move |pick: fn(&Head) -> String| move || head.with(|head| head.as_ref().map(pick));
    let away = move || head.with(|head| head.as_ref().is_none_or(|head| head.away));
    let fold = move |_| {
        folded.update(|folded| {
            if !folded.remove(&id) {
                folded.insert(id.clone());
            }
        });
    };
    view! {
        <div class="side-row" class=("side-away", away)>
            <button type="button" class="side-main" aria-expanded=move || open.get().to_string() on:click=fold>
                <Mark of=shape />
                <b class="cut side-name">{text(|head| head.name.clone())}</b>
                <span class="side-aside">{text(|head| head.aside.clone())}</span>
            </button>
        </div>
    }
}

/// What an agent's row shows.
#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    doing: Activity,
    model: String,
}

/// Which agent a row is about.
#[derive(Clone, PartialEq)]
struct Seat {
    node: String,
    agent: String,
}

impl Seat {
    fn line(&self, state: State) -> Option<Line> {
        let line = |node: &Node| {
            let agent = node.agents.iter().find(|known| known.id == self.agent)?;
            let model = agent.model.as_deref().map(words::model).unwrap_or_default();
            let doing = doing(node, agent);
            let name = agent.name.clone();
            Some(Line { name, doing, model })
        };
        state.told.node(&self.node, line).flatten()
    }

    fn asks(&self, state: State) -> usize {
        let mine = |one: &&Approval| one.node == self.node && one.agent.as_ref() == Some(&self.agent);
        state.told.approvals(|all| asking(all).into_iter().filter(mine).count())
    }

    /// Whether the focused pane shows it.
    fn shown(&self, state: State) -> bool {
        let here =
            |pane: &PaneState| pane.node.as_ref() == Some(&self.node) && pane.agent.as_ref() == Some(&self.agent);
        state.route.get() == Route::Split && state.panes.with(|panes| panes.get(panes.focus()).is_some_and(here))
    }
}

/// An agent's row: a press opens it, with Ctrl beside.
#[component]
pub fn AgentRow(node: String, agent: String) -> impl IntoView {
    let state = State::here();
    let seat = StoredValue::new(Seat { node, agent });
    let shown = Memo::new(move |_| seat.with_value(|seat| seat.shown(state)));
    let line = Memo::new(move |_| seat.with_value(|seat| seat.line(state)));
    let away = move || line.with(|line| line.as_ref().is_none_or(|line| line.doing == Activity::Offline));
    let go = move |place| seat.with_value(|seat| open::agent(state, &seat.node, &seat.agent, place));
    let keyed = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            go(Where::Beside);
        }
    };
    view! {
        <div class="side-row side-agent" class=("side-on", shown) class=("side-away", away)>
            <button
                type="button"
                class="side-main"
                aria-current=move || shown.get().then_some("true")
                on:click=move |event| go(place(&event))
                on:auxclick=move |event| if event.button() == 1 { go(Where::Beside) }
                on:keydown=keyed
            >
                <Words line seat />
            </button>
            <button type="button" class="side-beside" title="Open beside" aria-label="Open beside" tabindex="-1" on:click=move |_| go(Where::Beside)>
                <Drawing of=Icon::SplitRight />
            </button>
        </div>
    }
}

/// What stands in an agent's row.
#[component]
fn Words(line: Memo<Option<Line>>, seat: StoredValue<Seat>) -> impl IntoView {
    let state = State::here();
    let asks = Memo::new(move |_| seat.with_value(|seat| seat.asks(state)));
    let shape =
        Signal::derive(move || line.with(|line| line.as_ref().map_or(Shape::Offline, |line| line.doing.into())));
    let text = move |pick: fn(&Line) -> &String| move || line.with(|line| line.as_ref().map(|line| pick(line).clone()));
    view! {
        <Mark of=shape />
        <span class="cut side-name">{text(|line| &line.name)}</span>
        <span class="cut side-aside side-model">{text(|line| &line.model)}</span>
        <Show when=move || { asks.get() > 0 }>
            <span class="count count-asks">{asks}</span>
        </Show>
    }
}

fn place(event: &MouseEvent) -> Where {
    if event.ctrl_key() || event.meta_key() { Where::Beside } else { Where::Here }
}
