"""Pages of people, on a site's host."""

from django.urls import path

from frontend.people import (
    consents,
    duplicate_views,
    exports,
    group_views,
    history_views,
    identities,
    minimising,
    residence,
    views,
)

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="list"),
    path("add/", views.add, name="add"),
    path("export/", exports.ask, name="export-ask"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/<uuid:export_id>/", exports.export_detail, name="export"),
    path("exports/<uuid:export_id>/approve/", exports.approve, name="export-approve"),
    path("exports/<uuid:export_id>/refuse/", exports.refuse, name="export-refuse"),
    path("exports/<uuid:export_id>/file/", exports.fetch, name="export-fetch"),
    path("roster/template/", exports.roster_template, name="roster-template"),
    path("groups/", group_views.group_list, name="groups"),
    path("groups/add/", group_views.add, name="add-group"),
    path("groups/<uuid:group_id>/", group_views.edit, name="edit-group"),
    path("groups/<uuid:group_id>/count/", group_views.count, name="count-group"),
    path("groups/<uuid:group_id>/retire/", group_views.retire, name="retire-group"),
    path("groups/<uuid:group_id>/restore/", group_views.restore, name="restore-group"),
    path("duplicates/", duplicate_views.duplicate_list, name="duplicates"),
    path("duplicates/scan/", duplicate_views.scan_now, name="duplicates-scan"),
    path(
        "duplicates/<uuid:pair_id>/keep-apart/",
        duplicate_views.keep_apart,
        name="duplicates-keep-apart",
    ),
    path(
        "duplicates/<uuid:pair_id>/ask-again/",
        duplicate_views.ask_again,
        name="duplicates-ask-again",
    ),
    path("<uuid:person_id>/", views.detail, name="detail"),
    path("<uuid:person_id>/edit/", views.edit, name="edit"),
    path("consents/", consents.register, name="consents"),
    path("consents/mine/", consents.own, name="own-consents"),
    path("consents/mine/<slug:purpose>/", consents.own_give, name="give-own-consent"),
    path(
        "consents/mine/<uuid:consent_id>/withdraw/",
        consents.own_withdraw,
        name="withdraw-own-consent",
    ),
    path("inactive/", minimising.inactive, name="inactive"),
    path("<uuid:person_id>/consents/<slug:purpose>/", consents.give, name="give-consent"),
    path("<uuid:person_id>/consents/<slug:purpose>/paper/", consents.paper, name="consent-paper"),
    path(
        "<uuid:person_id>/consents/<uuid:consent_id>/withdraw/",
        consents.withdraw,
        name="withdraw-consent",
    ),
    path("reviews/", identities.reviews, name="reviews"),
    path("<uuid:person_id>/identities/<uuid:identity_id>/", identities.identity, name="identity"),
    path(
        "<uuid:person_id>/identities/<uuid:identity_id>/step/<slug:to>/",
        identities.step,
        name="identity-step",
    ),
    path(
        "<uuid:person_id>/identities/<uuid:identity_id>/keep/",
        identities.keep,
        name="identity-keep",
    ),
    path(
        "<uuid:person_id>/identities/<uuid:identity_id>/undo/",
        identities.undo,
        name="identity-undo",
    ),
    path(
        "<uuid:person_id>/identities/<uuid:identity_id>/grounds/",
        identities.add_ground,
        name="ground-add",
    ),
    path(
        "<uuid:person_id>/identities/<uuid:identity_id>/grounds/<uuid:ground_id>/end/",
        identities.end_ground,
        name="ground-end",
    ),
    path("<uuid:person_id>/residence/", residence.residence, name="residence"),
    path("<uuid:person_id>/residence/add/", residence.add_stay, name="stay-add"),
    path(
        "<uuid:person_id>/residence/<uuid:stay_id>/remove/",
        residence.remove_stay,
        name="stay-remove",
    ),
    path("<uuid:person_id>/history/", history_views.history, name="history"),
    path(
        "<uuid:person_id>/history/<uuid:change_id>/take-back/",
        history_views.take_back,
        name="take-back",
    ),
    path("<uuid:person_id>/invite/", views.invite, name="invite"),
    path("<uuid:person_id>/reveal/<str:field>/", views.reveal, name="reveal"),
]
