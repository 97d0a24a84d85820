"""The words by which lists head their columns, in English and Kiswahili, with abbreviations."""

from __future__ import annotations

from collections.abc import Mapping


def _ways(text: str) -> tuple[str, ...]:
    return tuple(" ".join(way.split()) for way in text.split(";"))


WAYS: Mapping[str, tuple[str, ...]] = {
    "name": _ways(
        """
        name; names; chosen name; full name; full names; name of participant; participant;
        participants name; name of officer; officer; preferred name; alias; nickname;
        preferred name may be an alias; jina; majina; jina kamili; jina la mshiriki;
        mshiriki; nying; first name; firstname; last name; lastname; surname; middle name;
        other names; given name; family name; jina la kwanza; jina la ukoo; peer educator;
        name in full; nickname alias; called; jina la utani; jina unalopendelea
        """
    ),
    "printed_name": _ways(
        """
        printed name; name on certificate; certificate name; name on paper; jina kwenye
        cheti; jina la cheti; name to be printed
        """
    ),
    "reference": _ways(
        """
        reference; ref; ref no; svc no; service no; service number; svc number; force no;
        force number; f no; fno; p no; pf no; pf number; personal no; personal number; staff
        no; code; peer code; unique code; uic; client code; peer no; peer number; pe code;
        own number; id code; namba ya utumishi; nambari ya utumishi; namba ya kazi; nambari
        ya kazi; msimbo; kodi; badge no; badge number; participant code; reg no;
        registration no; peer educator code; namba ya huduma; service or peer number
        """
    ),
    "phone": _ways(
        """
        phone; phone no; phone number; tel; tel no; telephone; telephone no; telephone
        number; mobile; mobile no; mobile number; cell; cell no; cellphone; contact;
        contacts; contact no; phone contact; mpesa; mpesa no; mpesa number; simu; nambari ya
        simu; namba ya simu; phone optional; no ya simu; rununu; whatsapp; whatsapp no; simu
        namba; safaricom no; airtime no; msisdn
        """
    ),
    "email": _ways(
        """
        email; e mail; mail; email address; barua pepe; e mail address
        """
    ),
    "sex": _ways(
        """
        sex; gender; m f; f m; sex m f; gender m f; jinsia; jinsi; mf; me ke; ke me
        """
    ),
    "birth": _ways(
        """
        dob; d o b; date of birth; birth date; birthdate; birth year; year of birth; yob;
        born; age; age bracket; age group; age band; age range; age years; age in years; d o
        b age; dob age; umri; miaka; tarehe ya kuzaliwa; mwaka wa kuzaliwa; kuzaliwa;
        birthday; rika; umri miaka; age yrs
        """
    ),
    "cadre": _ways(
        """
        cadre; rank; cheo; title; position; designation; rank cadre; rank or cadre; job
        group; wadhifa; role; kada
        """
    ),
    "organisation": _ways(
        """
        organisation; organization; station; police station; duty station; work station;
        stn; post; police post; station post; kituo; kituo post; kituo cha polisi; kituo cha
        kazi; workstation; place of work; unit; collective; group name; station or
        collective; cbo; shirika; division station; posting; base; office
        """
    ),
    "since": _ways(
        """
        since; there since; posted since; date posted; posting date; tangu; date of posting
        """
    ),
    "ward": _ways(
        """
        ward; wadi; kata; area; location; residence; estate; eneo; mtaa; village; sub
        location; place of residence; makazi; hotspot; zone; wards; area of residence
        """
    ),
    "language": _ways(
        """
        language; lang; lugha; preferred language; languages; language spoken; dhok; mother
        tongue; lugha anayopendelea
        """
    ),
    "group": _ways(
        """
        group; kundi; participant group; category; kikundi
        """
    ),
}
# Known to hold nothing that is kept.
NOTHING = _ways(
    """
    no; s no; sno; sn; serial; serial no; nambari; namba; nam; remarks; remark; comments;
    comment; maoni; signature; sign; sahihi; saini; sig; date; tarehe; time in; time out; id
    no; national id; id number; idno; kitambulisho; amount; kiasi; notes; day; row; row no;
    attendance; mahudhurio; county; kaunti; venue; s n; nr; number; day 1; day 2; day 3; sub
    county; next of kin; marital status; emergency contact; today; start; end; deviceid; device
    id; subscriberid; simserial; simid; username; index; parent index; id; uuid; submission time;
    validation status; status; submitted by; version; tags; instanceid; instance id; instancename;
    formhub uuid; geopoint; gps; latitude; longitude; altitude; precision; timestamp; submission
    id; start time; end time; audit; consent; total; muhuri; stamp
    """
)
