"""The sample programme's Kiswahili course."""

from __future__ import annotations

from kash.demo.curriculum import SampleCourse, SampleModule, SamplePlan

_KUJUANA = SampleModule(
    "Kujuana",
    (
        SamplePlan(
            "Karibu na kanuni zetu",
            45,
            (
                "Kila mshiriki anajua lengo la mafunzo na ratiba",
                "Kikundi kimekubaliana kanuni zake, ya kwanza ikiwa kutunza siri",
            ),
            "Washiriki wanakaa wawili wawili kutoka vikundi tofauti na kutambulishana kwa majina "
            "waliyochagua. Kikundi kinaandika kanuni zake kwenye karatasi kubwa. Mwezeshaji "
            "anauliza mifano hadi kila kanuni ieleweke.",
            ("Karatasi kubwa na kalamu", "Kadi za majina zisizo na cheo wala mahali pa kazi"),
            "Usimwulize mtu jina lake la kisheria.",
        ),
        SamplePlan(
            "Kusikiliza",
            60,
            (
                "Washiriki wanarudia walichosikia kabla ya kujibu",
                "Washiriki wanauliza maswali yasiyolaumu",
            ),
            "Wawili wawili: mmoja anasimulia kwa dakika tatu, mwenzake anarudia kwa dakika moja, "
            "kisha wanabadilishana. Mwishoni kila mmoja anaeleza alivyohisi aliposikilizwa.",
            ("Kengele",),
        ),
    ),
)

_HAKI = SampleModule(
    "Haki zetu sote",
    (
        SamplePlan(
            "Haki za mtu aliyekamatwa",
            90,
            (
                "Washiriki wanataja haki za mtu aliyekamatwa (Katiba, Ibara ya 49)",
                "Maafisa wanaeleza sababu ya kukamata kwa lugha rahisi inayoeleweka",
            ),
            "Igizo la sehemu tatu: kukamatwa, kuandikishwa kituoni, kupiga simu. Baada ya kila "
            "sehemu watazamaji wanasema haki gani imezingatiwa na gani imesahaulika. Kisha sehemu "
            "hiyo inaigizwa tena.",
            ("Kadi za igizo", "Kadi ya mfukoni: haki unapokamatwa"),
            "Hakuna anayeigiza maisha yake mwenyewe. Anayetaka kutazama tu aruhusiwe.",
        ),
        SamplePlan(
            "Kuzuiliwa bila kushtakiwa",
            90,
            (
                "Washiriki wanaeleza kikomo cha saa 24 na siku ambazo mahakama haifanyi kazi",
                "Washiriki wanatofautisha dhamana ya polisi na dhamana ya mahakama",
                "Washiriki wanajua watu watatu wa kupigia simu kikomo kinapopita",
            ),
            "Mstari wa saa unachorwa sakafuni kuanzia kukamatwa hadi mahakamani. Vikundi vinapitia "
            "visa vitano na kusimama pale ambapo jambo lazima lifanyike, na kumtaja anayehusika.",
            ("Gundi ya karatasi", "Visa vitano", "Kadi za mfukoni"),
        ),
    ),
)

_AFYA = SampleModule(
    "Afya na usalama",
    (
        SamplePlan(
            "Huduma za afya zenye heshima",
            60,
            (
                "Washiriki wanajua huduma za bure na za siri zilizo karibu nao",
                "Washiriki wanaeleza kwa nini kubeba kondomu au dawa si ushahidi wa kosa",
            ),
            "Mhudumu wa afya anajibu maswali kutoka sanduku la maswali. Vikundi vinachora njia ya "
            "kufika kwenye huduma na kuonyesha mahali ambapo watu huzuiwa au huaibishwa.",
            ("Sanduku la maswali", "Ramani", "Orodha ya huduma"),
            "Usiulize wala kujibu lolote kuhusu afya ya mtu binafsi mbele ya wengine.",
        ),
        SamplePlan(
            "Saa sabini na mbili za kwanza",
            75,
            (
                "Washiriki wanapanga hatua baada ya kushambuliwa: usalama, matibabu, rekodi, "
                "uamuzi",
                "Washiriki wanajua kwamba matibabu huja kabla ya maelezo kituoni",
                "Washiriki wanajua kwamba fomu ya P3 hailipiwi",
            ),
            "Kadi za hatua zinapangwa na vikundi vidogo. Mhudumu wa afya anasahihisha. Maafisa "
            "wanaeleza jinsi dawati la jinsia linavyompokea mtu.",
            ("Kadi za hatua", "Mfano wa fomu ya P3", "Kadi za rufaa"),
        ),
    ),
)

_UPATANISHI = SampleModule(
    "Upatanishi na kazi ya pamoja",
    (
        SamplePlan(
            "Hatua sita za upatanishi",
            90,
            (
                "Washiriki wanataja hatua sita na mambo ambayo mpatanishi hafanyi",
                "Washiriki wanajua yasiyopatanishwa kamwe: vurugu, makosa dhidi ya watoto, na "
                "lolote ambalo upande mmoja unaogopa kukataa",
            ),
            "Wawezeshaji wawili wanaonyesha kisa kuhusu kodi na kelele. Washiriki wanaandika hatua "
            "walizoona. Kisha vikundi vinapanga visa kumi: vinaweza kupatanishwa, haviwezi, au "
            "uliza kwanza.",
            ("Kadi kumi za visa", "Fomu ya makubaliano"),
            "Makubaliano ni ya hiari. Hayachukui nafasi ya ripoti ambayo mtu anataka kutoa.",
        ),
        SamplePlan(
            "Mazoezi ya upatanishi",
            75,
            ("Kila mshiriki amekuwa mpatanishi kwa dakika kumi na tano",),
            "Vikundi vya watano: pande mbili, wapatanishi wawili wa vikundi tofauti na mtazamaji "
            "mmoja. Raundi tatu kwa kubadilishana nafasi.",
            ("Visa", "Karatasi za mtazamaji"),
        ),
        SamplePlan(
            "Mpango wetu wa miezi mitatu",
            60,
            (
                "Kila kituo na kila kikundi kina hatua tatu, mhusika na siku",
                "Kila mshiriki amehakiki jina litakalochapishwa",
            ),
            "Washiriki wa wadi moja wanakaa pamoja, wanachagua hatua tatu na kuandika nani afanye "
            "nini na lini. Wadi nyingine inauliza swali moja tu: ni nini kinachoweza kuwazuia?",
            ("Karatasi za mpango", "Kalenda", "Orodha za majina"),
        ),
    ),
)

USHIRIKIANO = SampleCourse(
    name="Haki, afya na upatanishi",
    audience="Waelimishaji rika wa vikundi vyote",
    level="Basic",
    language="sw",
    public_title="Ushirikiano: Kozi ya Msingi",
    summary=(
        "Siku mbili za mafunzo kwa vikundi vyote viwili: haki za mtu aliyekamatwa, huduma za afya "
        "zenye heshima, kusikiliza na upatanishi."
    ),
    modules=(_KUJUANA, _HAKI, _AFYA, _UPATANISHI),
    days=2,
    group_least=10,
    group_most=24,
)
