//! The canvas element: listens to everything, draws the world and what floats over it.

use editor::clipboard::Clip;
use editor::geometry::{Point, Viewport};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::cards::Cards;
use super::gesture::{Target, target_of};
use super::ghost::GhostView;
use super::menu::ContextMenu;
use super::minimap::Minimap;
use super::notes::Notes;
use super::paths::{ConnectionLine, PathPlus, Paths};
use super::picker::Picker;
use super::rehang::Grips;
use super::tools::{HandChoice, Tools};
use super::{Attach, Canvas, PickerAt};
use crate::i18n::{tr, words};

/// The canvas with its tools.
#[component]
pub(crate) fn CanvasView(canvas: Canvas) -> impl IntoView {
    follow_size(canvas);
    follow_clipboard(canvas);
    let cx = canvas.cx;
    let keys = window_event_listener(leptos::ev::keydown, move |event| canvas.global_key(&event));
    let blur = window_event_listener(leptos::ev::blur, move |_| {
        canvas.cancel();
        canvas.is_space.set(false);
    });
    on_cleanup(move || {
        keys.remove();
        blur.remove();
    });
    let lod = move || {
        let k = cx.view.with(|view| view.k);
        if k < 0.2 {
            2
        } else if k < 0.4 {
            1
        } else {
            0
        }
    };
    let lod = Memo::new(move |_| lod());
    let active = move || cx.selection.with(|selection| selection.single().map(|id| format!("step-{id}")));
    view! {
        <div class="canvas-frame">
            <div
                node_ref=canvas.root
                class="canvas"
                class:linking=move || canvas.connecting.with(Option::is_some)
                class:space=move || canvas.is_space.get()
                class:grabbed=move || canvas.grabbed.with(Option::is_some)
                data-grip=move || canvas.grip.get()
                data-ready="canvas"
                tabindex="0"
                role="application"
                id="canvas"
                aria-label=move || {
                    cx.track_document(|document| format!(
                        "{} · {} {}", words(&document.flow.name), document.flow.nodes.len(), tr("个步骤", "steps"),
                    ))
                }
                aria-describedby="canvas-help"
                aria-activedescendant=active
                style=move || grid(&cx.view.get())
                on:pointerdown=move |event| canvas.pressed(&event)
                on:pointermove=move |event| canvas.moved(&event)
                on:pointerup=move |event| canvas.released(&event)
                on:pointercancel=move |event| canvas.lost(&event)
                on:wheel=move |event| canvas.wheeled(&event)
                on:dblclick=move |event| double_clicked(canvas, &event)
                on:contextmenu=move |event| {
                    event.prevent_default();
                    canvas.rest();
                    let at = canvas.point_at(event.client_x().into(), event.client_y().into());
                    open_menu(canvas, at, target_of(event.target()));
                }
                on:keydown=move |event| canvas.key(&event)
                on:keyup=move |event| canvas.key_up(&event)
                on:blur=move |_| {
                    canvas.is_space.set(false);
                    canvas.let_go(true);
                }
            >
                <div
                    class="world"
                    class:lod1=move || { lod.get() >= 1 }
                    class:lod2=move || { lod.get() == 2 }
                    style=move || {
                        let Viewport { x, y, k } = cx.view.get();
                        format!("transform:translate({x}px,{y}px) scale({k})")
                    }
                >
                    <Notes canvas />
                    <Paths canvas />
                    <Cards canvas />
                    <ConnectionLine canvas />
                    <PathPlus canvas />
                    <Grips canvas />
                </div>
                <Marquee canvas />
                <WhyNot canvas />
            </div>
            <Empty canvas />
            <Tools canvas />
            <HandChoice canvas />
            <Minimap canvas />
            <Picker canvas />
            <ContextMenu canvas />
            <GhostView canvas />
            <p id="canvas-help" class="sr">
                {move || tr(
                    "方向键选择步骤，Enter 打开设置，N 添加步骤，C 连接，Delete 删除，问号看全部快捷键。",
                    "Arrow keys choose a step, Enter opens its settings, N adds one, C connects, Delete deletes, question mark shows all keys.",
                )}
            </p>
            <p class="sr" role="status" aria-live="polite">{move || cx.announcement.get()}</p>
        </div>
    }
}

/// The dots of the ground move and grow with the world.
fn grid(view: &Viewport) -> String {
    let mut step = 24.0 * view.k;
    while step < 14.0 {
        step *= 2.0;
    }
    format!("background-size:{step}px {step}px;background-position:{}px {}px", view.x, view.y)
}

#[component]
fn Marquee(canvas: Canvas) -> impl IntoView {
    move || {
        canvas.marquee.get().map(|marquee| {
            let view = canvas.cx.view.get();
            let corner = view.to_screen(Point::new(marquee.x, marquee.y));
            view! {
                <div
                    class="marquee"
                    style=format!(
                        "transform:translate({}px,{}px);width:{}px;height:{}px",
                        corner.x, corner.y, marquee.w * view.k, marquee.h * view.k,
                    )
                ></div>
            }
        })
    }
}

/// Why a path may not lead here, beside the pointer.
#[component]
fn WhyNot(canvas: Canvas) -> impl IntoView {
    move || {
        let objection = canvas.connecting.with(|connecting| connecting.as_ref()?.objection.clone())?;
        let at = canvas.last_pointer.get_value();
        Some(view! {
            <div class="why-not" style=format!("transform:translate({}px,{}px)", at.x + 16.0, at.y + 16.0)>
                {words(&objection)}
            </div>
        })
    }
}

/// What to do with an empty canvas.
#[component]
fn Empty(canvas: Canvas) -> impl IntoView {
    let is_empty = Memo::new(move |_| canvas.cx.order.with(|order| order.len() <= 1));
    move || {
        is_empty.get().then(|| {
            view! {
                <div class="canvas-empty">
                    <b>{move || tr("从左边拖一个步骤到这里", "Drag a step here from the left")}</b>
                    <span>{move || tr("或者双击画布，也可以按 N", "Or double-click the canvas, or press N")}</span>
                </div>
            }
        })
    }
}

fn double_clicked(canvas: Canvas, event: &web_sys::MouseEvent) {
    let screen = canvas.point_at(event.client_x().into(), event.client_y().into());
    // Capture makes the canvas the target of the click: what is there is asked of the page.
    let under = document().element_from_point(event.client_x() as f32, event.client_y() as f32);
    match target_of(under.map(Into::into)) {
        Target::Card(id) => {
            canvas.cx.selection.set(editor::Selection::node(id));
            canvas.rename();
        }
        Target::Empty => {
            let world = canvas.to_world(screen);
            canvas.picker.set(Some(PickerAt { screen, world, attach: Attach::Free }));
        }
        _ => {}
    }
}

/// Opens the menu of what is at this point of the canvas.
pub(super) fn open_menu(canvas: Canvas, at: Point, on: Target) {
    let cx = canvas.cx;
    let select = match on {
        Target::Card(id) | Target::Exit(id, _) | Target::Plus(id, _) => {
            let is_selected = cx.selection.with_untracked(|selection| selection.nodes.contains(&id));
            (!is_selected).then(|| editor::Selection::node(id))
        }
        Target::Path(from, port) | Target::PathPlus(from, port) | Target::Grip(from, port, _) => {
            Some(editor::Selection::path(from, port))
        }
        Target::Note(id, _) => Some(editor::Selection { note: Some(id), ..editor::Selection::default() }),
        Target::Empty => Some(editor::Selection::default()),
    };
    if let Some(select) = select {
        cx.selection.set(select);
    }
    canvas.picker.set(None);
    canvas.menu.set(Some(at));
}

/// Keeps the size of the canvas, and shows all steps once it is known.
fn follow_size(canvas: Canvas) {
    Effect::new(move |_| {
        let Some(root) = canvas.root.get() else { return };
        let measured = root.clone();
        let measure = move || {
            let place = measured.get_bounding_client_rect();
            let size = (place.width(), place.height());
            let Some(old) = canvas.cx.canvas_size.try_get_untracked() else { return };
            if old != size {
                canvas.cx.canvas_size.set(size);
                if old.0 == 0.0 && size.0 > 0.0 {
                    canvas.show_first();
                }
            }
        };
        measure();
        let callback = Closure::<dyn FnMut()>::new(measure);
        let observer = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref());
        callback.forget();
        if let Ok(observer) = observer {
            observer.observe(&root);
            let observer = StoredValue::new_local(observer);
            on_cleanup(move || {
                observer.try_with_value(web_sys::ResizeObserver::disconnect);
            });
        }
    });
}

/// Copy, cut and paste by the browser's own events: no permission is asked for.
fn follow_clipboard(canvas: Canvas) {
    let is_ours = move || {
        let is_text_selected =
            window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        canvas.has_focus() && !is_text_selected
    };
    let put = move |event: &web_sys::ClipboardEvent| -> bool {
        let (Some(clip), Some(data)) = (canvas.clip(), event.clipboard_data()) else { return false };
        let is_put = data.set_data("text/plain", &clip.to_text()).is_ok();
        if is_put {
            event.prevent_default();
            canvas.say_copied(&clip);
        }
        is_put
    };
    let copy = window_event_listener(leptos::ev::copy, move |event| {
        if is_ours() {
            put(&event.unchecked_into());
        }
    });
    let cut = window_event_listener(leptos::ev::cut, move |event| {
        if is_ours() && put(&event.unchecked_into()) {
            canvas.delete(true);
        }
    });
    let paste = window_event_listener(leptos::ev::paste, move |event| {
        if !canvas.has_focus() {
            return;
        }
        let event: web_sys::ClipboardEvent = event.unchecked_into();
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        if let Some(clip) = Clip::from_text(&text) {
            event.prevent_default();
            canvas.paste(clip);
        } else if !text.trim().is_empty() {
            event.prevent_default();
            canvas.paste_words(&text);
        }
    });
    on_cleanup(move || {
        copy.remove();
        cut.remove();
        paste.remove();
    });
}
