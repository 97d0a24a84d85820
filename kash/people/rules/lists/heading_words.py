"""The words by which lists head their columns, in English and Kiswahili, with abbreviations."""

from __future__ import annotations

from collections.abc import Mapping


def ways(text: str) -> tuple[str, ...]:
    """Headings that are parted by semicolons."""
    return tuple(" ".join(way.split()) for way in text.split(";"))


# Those of facts with a column of their own stand with the facts.
WAYS: Mapping[str, tuple[str, ...]] = {
    "name": ways(
        """
        name; names; chosen name; full name; full names; name of participant; participant;
        participants name; name of officer; officer; preferred name; alias; nickname;
        preferred name may be an alias; jina; majina; jina kamili; jina la mshiriki;
        mshiriki; nying; first name; firstname; last name; lastname; surname; middle name;
        other names; given name; family name; jina la kwanza; jina la ukoo; peer educator;
        name in full; nickname alias; called; jina la utani; jina unalopendelea
        """
    ),
    "phone": ways(
        """
        phone; phone no; phone number; tel; tel no; telephone; telephone no; telephone
        number; mobile; mobile no; mobile number; cell; cell no; cellphone; contact;
        contacts; contact no; phone contact; mpesa; mpesa no; mpesa number; simu; nambari ya
        simu; namba ya simu; phone optional; no ya simu; rununu; whatsapp; whatsapp no; simu
        namba; safaricom no; airtime no; msisdn
        """
    ),
    "email": ways(
        """
        email; e mail; mail; email address; barua pepe; e mail address
        """
    ),
    "birth": ways(
        """
        dob; d o b; date of birth; birth date; birthdate; birth year; year of birth; yob;
        born; age; age bracket; age group; age band; age range; age years; age in years; d o
        b age; dob age; umri; miaka; tarehe ya kuzaliwa; mwaka wa kuzaliwa; kuzaliwa;
        birthday; rika; umri miaka; age yrs
        """
    ),
    "organisation": ways(
        """
        organisation; organization; station; police station; duty station; work station;
        stn; post; police post; station post; kituo; kituo post; kituo cha polisi; kituo cha
        kazi; workstation; place of work; unit; collective; group name; station or
        collective; cbo; shirika; division station; posting; base; office
        """
    ),
    "since": ways(
        """
        since; there since; posted since; date posted; posting date; tangu; date of posting
        """
    ),
    "group": ways(
        """
        group; kundi; participant group; category; kikundi
        """
    ),
}
# Known to hold nothing that is kept.
NOTHING = ways(
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
