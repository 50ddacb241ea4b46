//! The moving part of a virtual list: scroll position, measured heights, following.

use std::collections::HashMap;

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver, ResizeObserverEntry};

use super::span::{row_at, span, top_of};
use super::{RowHeight, RowId, Starts};

/// Drawn beyond the view on both sides, CSS pixels.
const BEYOND: f64 = 400.0;
/// Nearer to the end than this counts as being there.
const AT_END: f64 = 24.0;
const TAG: &str = "data-row";

/// A list's position. Cheap to copy.
pub struct Roll<K: RowId> {
    pub scroller: NodeRef<Div>,
    pub all: NodeRef<Div>,
    pub block: NodeRef<Div>,
    /// Rows that stand in the page.
    pub shown: RwSignal<Vec<K>>,
    /// Rows that came while the person was further up.
    pub unseen: RwSignal<usize>,
    /// Whether to offer a way back to the end.
    pub away: Memo<bool>,
    ids: Signal<Vec<K>>,
    height: RowHeight,
    starts: Starts,
    follows: RwSignal<bool>,
    near_start: Option<Callback<()>>,
    place: StoredValue<Place<K>>,
    observer: StoredValue<Option<Observer>, LocalStorage>,
}

impl<K: RowId> Clone for Roll<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: RowId> Copy for Roll<K> {}

/// What is remembered between two layouts.
struct Place<K> {
    measured: HashMap<K, f64>,
    tags: HashMap<u32, K>,
    next_tag: u32,
    /// The row at the upper edge of the view and how much of it is above.
    anchor: Option<(K, f64)>,
    scroll: f64,
    total: f64,
    last: Option<K>,
    asked_before: Option<K>,
}

struct Observer {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl<K: RowId> Roll<K> {
    pub fn new(ids: Signal<Vec<K>>, height: RowHeight, starts: Starts, near_start: Option<Callback<()>>) -> Self {
        let unseen = RwSignal::new(0);
        let place = Place {
            measured: HashMap::new(),
            tags: HashMap::new(),
            next_tag: 0,
            anchor: None,
            scroll: 0.0,
            total: 0.0,
            last: None,
            asked_before: None,
        };
        let follows_end = starts == Starts::AtEnd;
        let follows = RwSignal::new(follows_end);
        let roll = Self {
            scroller: NodeRef::new(),
            all: NodeRef::new(),
            block: NodeRef::new(),
            shown: RwSignal::new(Vec::new()),
            unseen,
            away: Memo::new(move |_| follows_end && !follows.get()),
            ids,
            height,
            starts,
            follows,
            near_start,
            place: StoredValue::new(place),
            observer: StoredValue::new_local(None),
        };
        Effect::new(move |_| roll.mounted());
        Effect::new(move |_| roll.listed());
        roll
    }

    /// Watches a row's height for as long as it stands in the page.
    pub fn measure(self, id: K, element: NodeRef<Div>) {
        if matches!(self.height, RowHeight::Fixed(_)) {
            return;
        }
        let tag = self.place.try_update_value(|place| {
            place.next_tag += 1;
            place.tags.insert(place.next_tag, id);
            place.next_tag
        });
        let tag = tag.unwrap_or_default();
        Effect::new(move |_| {
            let Some(row) = element.get() else { return };
            let _untagged = row.set_attribute(TAG, &tag.to_string());
            self.observe(&row);
        });
        on_cleanup(move || {
            self.place.try_update_value(|place| place.tags.remove(&tag));
            if let Some(row) = element.try_get_untracked().flatten() {
                self.observer.try_with_value(|known| {
                    if let Some(known) = known {
                        known.observer.unobserve(&row);
                    }
                });
            }
        });
    }

    /// The person, or we, scrolled.
    pub fn scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let (scroll, view) = (f64::from(scroller.scroll_top()), f64::from(scroller.client_height()));
        let (before, total) = self.place.with_value(|place| (place.scroll, place.total));
        let left = total - view - scroll;
        if left <= AT_END {
            self.arrived();
        } else if scroll < before - 1.0 && self.follows.get_untracked() {
            // Only a way up ends the following: rows that grow below are no wish of the person's.
            self.follows.set(false);
        }
        let heights = self.heights();
        self.place.update_value(|place| place.scroll = scroll);
        self.anchor(&heights, scroll);
        self.draw(&heights, scroll, view);
    }

    /// Goes to the end and follows from there.
    pub fn to_end(self) {
        self.follow();
        if let Some(scroller) = self.scroller.get_untracked() {
            let _unfocused = scroller.focus();
        }
    }

    /// Goes to the end and leaves the keyboard where it is.
    pub fn follow(self) {
        self.follows.set(true);
        self.arrived();
        self.lay_out();
    }

    fn arrived(self) {
        set(self.unseen, 0);
        // A list that starts at its top stays where the person put it.
        if self.starts == Starts::AtEnd {
            set(self.follows, true);
        }
    }

    fn mounted(self) {
        let Some(scroller) = self.scroller.get() else {
            return;
        };
        let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            self.resized(&entries);
        });
        let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) else {
            return;
        };
        observer.observe(&scroller);
        self.observer.set_value(Some(Observer { observer, _callback: callback }));
        // Rows that were drawn before the observer was there.
        let rows = scroller.query_selector_all(&format!("[{TAG}]"));
        for row in rows.into_iter().flat_map(|rows| (0..rows.length()).filter_map(move |at| rows.get(at))) {
            self.observe(row.unchecked_ref());
        }
    }

    fn observe(self, row: &Element) {
        self.observer.try_with_value(|known| {
            if let Some(known) = known {
                known.observer.observe(row);
            }
        });
    }

    fn resized(self, entries: &js_sys::Array) {
        let alive = self.place.try_update_value(|place| {
            for entry in entries.iter() {
                let row = entry.unchecked_into::<ResizeObserverEntry>().target();
                let tag = row.get_attribute(TAG).and_then(|tag| tag.parse().ok());
                if let Some(id) = tag.and_then(|tag: u32| place.tags.get(&tag)) {
                    place.measured.insert(id.clone(), row.get_bounding_client_rect().height());
                }
            }
        });
        if alive.is_some() {
            self.lay_out();
        }
    }

    /// The rows changed: count what came at the end, then lay out.
    fn listed(self) {
        let _wakes_when_mounted = self.scroller.get();
        let follows = self.follows.get_untracked();
        self.ids.with(|ids| {
            let came = self.place.try_update_value(|place| {
                let known = place.last.as_ref().and_then(|last| ids.iter().rposition(|id| id == last));
                let came = known.map_or(0, |at| ids.len() - 1 - at);
                place.last = ids.last().cloned();
                if place.measured.len() > 2 * ids.len() + 64 {
                    place.measured.retain(|id, _| ids.contains(id));
                }
                came
            });
            if !follows && came.unwrap_or(0) > 0 {
                self.unseen.update(|unseen| *unseen += came.unwrap_or(0));
            }
        });
        self.lay_out();
    }

    /// Puts the view where it was, or to the end, with the heights known now.
    fn lay_out(self) {
        let Some(Some(scroller)) = self.scroller.try_get_untracked() else {
            return;
        };
        let Some(all) = self.all.get_untracked() else {
            return;
        };
        let heights = self.heights();
        let total: f64 = heights.iter().sum();
        let view = f64::from(scroller.client_height());
        style(&all, "height", &format!("{total}px"));
        let scroll = if self.follows.get_untracked() {
            (total - view).max(0.0)
        } else {
            self.anchored(&heights).unwrap_or_else(|| f64::from(scroller.scroll_top()))
        };
        if (f64::from(scroller.scroll_top()) - scroll).abs() >= 1.0 {
            scroller.set_scroll_top(scroll.round() as i32);
        }
        self.place.update_value(|place| {
            place.total = total;
            place.scroll = f64::from(scroller.scroll_top());
        });
        self.draw(&heights, scroll, view);
    }

    fn draw(self, heights: &[f64], scroll: f64, view: f64) {
        let span = span(heights, scroll, view, BEYOND);
        if let Some(block) = self.block.get_untracked() {
            style(&block, "transform", &format!("translateY({}px)", span.top));
        }
        let shown = self.ids.with_untracked(|ids| ids[span.start.min(ids.len())..span.end.min(ids.len())].to_vec());
        if self.shown.with_untracked(|known| *known != shown) {
            self.shown.set(shown);
        }
        if scroll < BEYOND + view {
            self.ask_before();
        }
    }

    fn ask_before(self) {
        let (Some(near_start), Some(first)) = (self.near_start, self.ids.with_untracked(|ids| ids.first().cloned()))
        else {
            return;
        };
        let asked = self.place.try_update_value(|place| place.asked_before.replace(first.clone()));
        if asked.flatten() != Some(first) {
            near_start.run(());
        }
    }

    fn anchor(self, heights: &[f64], scroll: f64) {
        let anchor = row_at(heights, scroll)
            .and_then(|(row, part)| self.ids.with_untracked(|ids| ids.get(row).map(|id| (id.clone(), part))));
        self.place.update_value(|place| place.anchor = anchor);
    }

    fn anchored(self, heights: &[f64]) -> Option<f64> {
        let (id, part) = self.place.with_value(|place| place.anchor.clone())?;
        let row = self.ids.with_untracked(|ids| ids.iter().position(|known| *known == id))?;
        Some(top_of(heights, row) + part)
    }

    fn heights(self) -> Vec<f64> {
        self.ids.with_untracked(|ids| match self.height {
            RowHeight::Fixed(height) => vec![height; ids.len()],
            RowHeight::Measured(guess) => self
                .place
                .with_value(|place| ids.iter().map(|id| place.measured.get(id).copied().unwrap_or(guess)).collect()),
        })
    }
}

fn style(element: &HtmlElement, property: &str, value: &str) {
    // Written out: Leptos gives elements a `style` of its own.
    let _unset = HtmlElement::style(element).set_property(property, value);
}

fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
