//! Addresses and the screens behind them.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::path;

use crate::designer::DesignerPage;
use crate::pages::{
    DeskPage, DetailsPage, FlowsPage, Frame, LibraryPage, NotFoundPage, PhrasesPage, SettingsPage, SetupPage,
    SignInPage, SignedIn, TopicsPage,
};
use crate::session;
use crate::ui::{IconSprite, Toasts, tips};

/// The whole program.
#[component]
pub(crate) fn App() -> impl IntoView {
    session::begin();
    tips::begin();
    view! {
        <IconSprite />
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=|| view! { <Redirect path="/flows" /> } />
                <Route path=path!("/setup") view=SetupPage />
                <Route path=path!("/sign-in") view=SignInPage />
                <Route path=path!("/flows/:id") view=Canvas />
                <Route path=path!("/flows/:id/*rest") view=Canvas />
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/flows") view=FlowsPage />
                    <Route path=path!("/topics") view=TopicsPage />
                    <Route path=path!("/details") view=DetailsPage />
                    <Route path=path!("/library") view=LibraryPage />
                    <Route path=path!("/phrases") view=PhrasesPage />
                    <Route path=path!("/desk") view=DeskPage />
                    <Route path=path!("/settings") view=SettingsPage />
                    <Route path=path!("/settings/:part") view=SettingsPage />
                </ParentRoute>
            </Routes>
        </Router>
        <Toasts />
    }
}

/// The canvas screen has a frame of its own.
#[component]
fn Canvas() -> impl IntoView {
    view! { <SignedIn><DesignerPage /></SignedIn> }
}
