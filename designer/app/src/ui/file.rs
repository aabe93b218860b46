//! Files from the person's machine: dropped or chosen, looked at by the server, and what it said of them.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;
use web_sys::File;

use super::{Button, Icon};
use crate::api::{Answer, ApiError};
use crate::i18n::tr;

/// What is known of a file.
#[derive(Clone, Debug, PartialEq)]
enum Look<T> {
    Nothing,
    Looking,
    Seen(T),
    Refused(ApiError),
}

type Call<T> = Rc<dyn Fn(Vec<u8>) -> Pin<Box<dyn Future<Output = Answer<T>>>>>;

/// A file and what the server said of it. Copy it freely.
pub(crate) struct FileLook<T: 'static> {
    pub(crate) name: RwSignal<String>,
    pub(crate) bytes: RwSignal<Vec<u8>>,
    look: RwSignal<Look<T>>,
    call: StoredValue<Call<T>, LocalStorage>,
    field: NodeRef<Input>,
}

impl<T: 'static> Clone for FileLook<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for FileLook<T> {}

impl<T: Clone + Send + Sync + 'static> FileLook<T> {
    /// No file yet; `call` looks at the bytes of one.
    pub(crate) fn new<F: Future<Output = Answer<T>> + 'static>(call: impl Fn(Vec<u8>) -> F + 'static) -> Self {
        Self {
            name: RwSignal::new(String::new()),
            bytes: RwSignal::new(Vec::new()),
            look: RwSignal::new(Look::Nothing),
            call: StoredValue::new_local(Rc::new(move |bytes| Box::pin(call(bytes)))),
            field: NodeRef::new(),
        }
    }

    /// Reads a file and looks at it.
    pub(crate) fn take(self, file: File) {
        self.name.set(file.name());
        self.look.set(Look::Looking);
        spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => {
                    self.bytes.try_set(js_sys::Uint8Array::new(&buffer).to_vec());
                    self.again();
                }
                Err(_) => {
                    let error = ApiError::offline(tr("读不了这个文件", "the file cannot be read"));
                    self.look.try_set(Look::Refused(error));
                }
            }
        });
    }

    /// Looks at the same file again, because something else is wanted of it.
    pub(crate) fn again(self) {
        let (Some(bytes), Some(call)) = (self.bytes.try_get_untracked(), self.call.try_get_value()) else { return };
        self.look.set(Look::Looking);
        spawn_local(async move {
            let found = call(bytes).await;
            self.look.try_set(match found {
                Ok(found) => Look::Seen(found),
                Err(error) => Look::Refused(error),
            });
        });
    }

    /// Forgets the file.
    pub(crate) fn forget(self) {
        self.look.set(Look::Nothing);
    }

    /// Opens the browser's own dialog.
    pub(crate) fn choose(self) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
            field.click();
        }
    }

    /// What the server said; reading it subscribes.
    pub(crate) fn seen(self) -> Option<T> {
        match self.look.get() {
            Look::Seen(found) => Some(found),
            _ => None,
        }
    }

    /// Has it been looked at, with whatever result? Reading it subscribes.
    pub(crate) fn is_answered(self) -> bool {
        self.look.with(|look| matches!(look, Look::Seen(_) | Look::Refused(_)))
    }
}

/// The place to drop a file; then what was seen in it, or why it was refused.
#[component]
pub(crate) fn FileLookView<T: Clone + Send + Sync + 'static>(
    file: FileLook<T>,
    icon: &'static str,
    accept: &'static str,
    /// What the hidden field is called.
    #[prop(into)]
    label: TextProp,
    #[prop(into)] prompt: TextProp,
    #[prop(into)] hint: TextProp,
    test: &'static str,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
    /// Shows a refusal in words of its own.
    #[prop(optional, into)]
    refused: Option<Callback<ApiError, AnyView>>,
) -> impl IntoView {
    let take_first = move |files: Vec<File>| {
        if let Some(first) = files.into_iter().next() {
            file.take(first);
        }
    };
    let drop = move || {
        let (prompt, hint) = (prompt.clone(), hint.clone());
        view! {
            <DropPlace on_files=take_first>
                <Icon name=icon />
                <p>{move || prompt.get()}</p>
                <Button label=move || tr("选择文件", "Choose a file") icon="upload" on_press=move |()| file.choose() />
                <small>{move || hint.get()}</small>
            </DropPlace>
        }
    };
    view! {
        <input
            node_ref=file.field
            type="file"
            accept=accept
            class="visually-hidden"
            tabindex="-1"
            data-test=test
            aria-label=move || label.get()
            on:change=move |event| take_first(files_of_field(&event))
        />
        {move || match file.look.get() {
            Look::Nothing => drop().into_any(),
            Look::Looking => view! { <p class="quiet row"><span class="spin"><Icon name="loader-circle" /></span>{tr("正在看这个文件…", "Looking at the file…")}</p> }.into_any(),
            Look::Seen(found) => show(found),
            Look::Refused(error) => match refused {
                Some(refused) => refused.run(error),
                None => view! {
                    <div class="empty" role="alert" data-test="import-refused">
                        <span class="empty-picture bad"><Icon name="circle-alert" /></span>
                        <h2>{error.title}</h2>
                        <p>{error.detail}</p>
                    </div>
                }
                .into_any(),
            },
        }}
    }
}

/// A place that takes dropped files.
#[component]
pub(crate) fn DropPlace(
    #[prop(default = "dl-drop")] class: &'static str,
    #[prop(into)] on_files: Callback<Vec<File>>,
    children: Children,
) -> impl IntoView {
    let is_over = RwSignal::new(false);
    view! {
        <div
            class=class
            class:over=move || is_over.get()
            on:dragover=move |event| { event.prevent_default(); is_over.set(true); }
            on:dragleave=move |_| is_over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                event.stop_propagation();
                is_over.set(false);
                on_files.run(files_of(event.data_transfer().and_then(|data| data.files())));
            }
        >
            {children()}
        </div>
    }
}

/// The files of a file field after a choice.
pub(crate) fn files_of_field(event: &web_sys::Event) -> Vec<File> {
    let field = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    files_of(field.and_then(|field| field.files()))
}

fn files_of(list: Option<web_sys::FileList>) -> Vec<File> {
    list.map(|list| (0..list.length()).filter_map(|at| list.get(at)).collect()).unwrap_or_default()
}
