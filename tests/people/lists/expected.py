"""What must come of each row of the two lists, read from them by hand, row by row."""

# ruff: noqa: E501

# Row | outcome | name | number | phone | sex | born or age | rank | station | what is told
OFFICERS = """
5 | new | Otieno Wekesa Nyong'o | 103312 | +254726434641 | male | 45-plus | Constable | Lakeside Police Station | phone_letters birth_age
6 | new | Nekesa Simiyu | 114502 | +254736701054 | male | 1994 | Senior Sergeant | Lakeside Police Station | -
7 | new | Chebet Cheruiyot | 65426 | +254739982026 | male | 1974 | Constable | Riverbank | -
8 | new | Jepkosgei Kiprop Okello | 108640 | - | female | 1971 | Corporal | Riverbank | -
9 | new | Ochieng Amina Wafula | - | +254765280696 | male | 1993 | Constable | Hilltop | -
10 | new | Wekesa Halima Mohamed | 57125 | +254725577336 | male | 1986 | Chief Inspector | Hilltop | phone_second
11 | new | Adhiambo Cheruiyot | 75480 | +254730124940 | male | 1974 | Corporal | Lakeside Police Station | -
12 | new | Otieno Njoroge | 62741 | +254781508689 | female | 1994 | Sergeant | Hilltop | -
13 | new | Wanjiku Cheruiyot | 88860 | +254789412707 | female | - | Corporal | Market Post | -
14 | new | Mueni Wafula | 110623 | +254783592095 | male | - | Constable | Lakeside Police Station | -
15 | new | Achieng Ng'Ang'A | 63092 | +254737886128 | male | 45-plus | Constable | Lakeside Police Station | birth_age
16 | new | Fatuma Owino | 99276 | +254760366721 | female | 1973 | Inspector | Airport Rd Post | -
18 | new | Chebet Mohamed | 77074 | +254754241443 | female | 1999 | Chief Inspector | Lakeside Police Station | birth_two_digits
19 | new | Daniel Okello | 68314 | +254754656113 | male | 1969 | Chief Inspector | Market Post | -
20 | new | Halima Musyoka | 88091 | +254789901275 | female | 25-34 | Inspector | Riverbank | birth_age
21 | new | Peter Kariuki | 92952 | +254791882025 | female | 1985 | Chief Inspector | Hilltop | birth_two_digits
22 | new | Halima Njoroge | 111722 | +254727235094 | male | 45-plus | Chief Inspector | Hilltop | birth_age
23 | new | MWANGI SIMIYU | 62570 | +254719619340 | male | 1972 | Corporal | Riverbank | -
24 | new | John Otieno Okello | 122076 | +254768564553 | female | 1998 | Senior Sergeant | Hilltop | phone_letters
25 | wrong | - | 78345 | - | male | - | Constable | Hilltop | no_name
26 | new | Wanjiku Mohamed | 90183 | +254737855985 | female | 1980 | Chief Inspector | Lakeside Police Station | birth_two_digits
27 | new | Mary Ogutu | 74087 | +254747258161 | male | 45-plus | Inspector | Market Post | birth_age
28 | new | OCHIENG JOHN ODUOR | 118395 | +254745537939 | male | 1977 | Constable | Lakeside Police Station | -
29 | new | Atieno Onyango Ng'ang'a | 128434 | +254730354874 | female | 1996 | Chief Inspector | Riverbank | -
30 | new | Fatuma Amina Simiyu | 71937 | +254767192710 | male | 1974 | Inspector | Lakeside Police Station | -
31 | new | Daniel Musyoka | - | +254796481187 | male | 35-44 | Chief Inspector | Lakeside Police Station | birth_age
32 | new | Awuor Fatuma Abdi | 78546 | +254721400427 | female | - | Senior Sergeant | Dunga Post | phone_letters
33 | new | Wanjiku Okello | 54513 | +254794312751 | female | 1986 | Sergeant | Hilltop | birth_two_digits
34 | new | Amina Were | 86219 | +254792918460 | male | 1968 | Chief Inspector | Market Post | -
35 | new | Esther Mary Ng'ang'a | 95705 | +254747931492 | female | 45-plus | Corporal | Hilltop | birth_age
36 | new | ODHIAMBO OKELLO | 116782 | +254756885375 | male | - | Sergeant | Riverbank | -
37 | new | Chebet Oloo | 56779 | +254720121213 | female | 1969 | Constable | Lakeside Police Station | birth_two_digits
38 | new | AMINA ODUOR | 52089 | +254797651590 | female | 1997 | Sergeant | Lakeside Police Station | -
39 | new | Amina Ogutu | 51586 | +254782978592 | male | 1988 | Chief Inspector | Lakeside Police Station | -
40 | new | Ruth Oduor | 58532 | +254784571764 | female | 1996 | Corporal | Riverbank | phone_letters
41 | new | Onyango Ng'ang'a | 123339 | +254735350078 | male | 1970 | Chief Inspector | Hilltop | -
42 | new | Peter Wekesa Mohamed | - | +254756873115 | male | 1990 | Chief Inspector | Lakeside Police Station | -
43 | new | Kamau Ng'ang'a | 51423 | +254734211535 | female | 45-plus | Chief Inspector | Lakeside Police Station | phone_letters birth_age
44 | new | Mwangi Cheruiyot | 90671 | +254772547809 | female | 1985 | Corporal | Market Post | -
45 | new | Wekesa Okello | 102465 | +254728596617 | male | 45-plus | Constable | Lakeside Police Station | birth_age
46 | new | Kamau Achieng Ogutu | 65536 | +254727176122 | female | 25-34 | Chief Inspector | Lakeside Police Station | birth_age
47 | new | Kamau Obura | - | +254763150364 | female | 45-plus | Corporal | Hilltop | birth_age
48 | new | Fatuma Nekesa Abdi | 61528 | +254770287995 | female | 1968 | Chief Inspector | Airport Rd Post | -
49 | new | Wairimu Odhiambo Nyong'o | 93275 | +254772340438 | female | 45-plus | Corporal | Lakeside Police Station | birth_age
50 | new | Nyambura Auma Simiyu | 105794 | +254790953629 | male | - | Senior Sergeant | Lakeside Police Station | -
51 | new | Wekesa Ogutu | 52918 | +254774983850 | male | 2000 | Corporal | Lakeside Police Station | -
52 | new | Okoth Kipkemboi | 87248 | +254719339916 | male | 25-34 | Constable | Market Post | phone_letters birth_age
53 | same as 10 | Wekesa Halima Mohamed | 57125 | +254725577336 | male | 1986 | Chief Inspector | Hilltop | phone_second
54 | same as 23 | Mwangi Simiyu | 62570 | +254719619340 | male | 1972 | Corporal | Riverbank | -
55 | same as 38 | Amina Oduor | 52089 | +254797651590 | female | 1997 | Sergeant | Lakeside Police Station | -
56 | wrong | - | 70001 | +254712000111 | male | 25-34 | Constable | Riverbank | name_formula birth_age
57 | wrong | Łukasz Nguyễn-O’Brien wa Kĩthaka | 70002 | +254712000112 | other | - | Constable | Riverbank | sex_x birth_no_such_day
"""

# Row | outcome | name | code | phone | born or age | ward | language | what is told
PEERS = """
2 | new | Café Fatuma | KC-7247 | +254774536341 | 35-plus | Market Milimani | luo | -
3 | new | Mama Ochieng | KC-9504 | - | 25-34 | Kondele | luo | birth_bracket
4 | new | Ochieng | KC-2367 | - | 25-34 | Nyalenda A | luo | birth_bracket
5 | new | Kamau | KC-8066 | - | 18-24 | Nyalenda "A" | luo | -
6 | new | Mama Auma | KC-6362 | +254718766136 | 35-plus | Nyalenda "A" | sw | phone_letters
7 | new | Wanjiku | KC-6195 | +254754986622 | 25-34 | Shaurimoyo; Kaloleni | sw | birth_bracket
8 | new | Mama Mueni | KC-4948 | +254791924684 | 35-plus | Market Milimani | luo | phone_second
9 | new | Café Nyambura | KC-2295 | +254721732844 | 18-24 | Kondele | luo | -
10 | new | Ochieng K. | KC-7493 | - | 25-34 | Market Milimani | en | birth_bracket
11 | new | Nekesa A. | KC-5499 | - | 35-plus | Nyalenda "A" | sw | -
12 | new | Nekesa | KC-5891 | +254746320614 | 25-34 | Nyalenda A | en | phone_letters birth_bracket
13 | new | Adhiambo A. | KC-8903 | - | 25-34 | Nyalenda "A" | luo | birth_bracket
14 | new | Mama Akinyi | KC-5111 | +254714678302 | 25-34 | Shaurimoyo; Kaloleni | luo | birth_bracket
15 | new | Mama Kiprop | KC-7334 | - | 18-24 | Manyatta B | sw | -
16 | new | Odhiambo | KC-9873 | - | 18-24 | Kondele | en | -
17 | new | Mama Onyango | KC-7538 | - | 25-34 | Kondele | sw | birth_bracket
18 | new | Odhiambo | KC-5050 | - | 25-34 | Shaurimoyo; Kaloleni | sw | birth_bracket
19 | new | Atieno | KC-2299 | - | 25-34 | Kondele | luo | birth_bracket
20 | new | Awuor B. | KC-7131 | - | 25-34 | Shaurimoyo; Kaloleni | sw | birth_bracket
21 | new | Jepkosgei D. | KC-8380 | +254730870620 | 25-34 | Kondele | luo | phone_second birth_bracket
22 | new | Fatuma D. | KC-8277 | +254749703686 | 25-34 | Shaurimoyo; Kaloleni | sw | birth_bracket
23 | new | Adhiambo | KC-6426 | +254732248568 | 25-34 | Kondele | luo | birth_bracket
24 | new | Chebet | KC-9019 | +254773757523 | 25-34 | Market Milimani | sw | phone_second birth_bracket
25 | new | Mama Grace | KC-2375 | - | 25-34 | Shaurimoyo; Kaloleni | luo | birth_bracket
26 | new | Otieno D. | KC-2282 | +254793933032 | 25-34 | Nyalenda "A" | sw | birth_bracket
27 | new | Mama Adhiambo | KC-6553 | - | 25-34 | Nyalenda "A" | luo | birth_bracket
28 | new | Halima K. | KC-2370 | +254753345057 | 25-34 | Shaurimoyo; Kaloleni | en | phone_letters birth_bracket
29 | new | Café Daniel | KC-6656 | +254717449790 | 25-34 | Manyatta B | luo | birth_bracket
30 | new | John C. | KC-7436 | - | 25-34 | Kondele | luo | birth_bracket
31 | new | Auma | KC-1515 | - | 18-24 | Market Milimani | luo | -
32 | new | Mama Ochieng | KC-1495 | - | 25-34 | Manyatta B | luo | birth_bracket
33 | new | Ochieng | KC-8621 | - | 18-24 | Manyatta B | luo | -
34 | new | Amina D. | KC-5737 | - | 18-24 | Nyalenda A | luo | -
35 | new | Café Omondi | KC-7042 | +254728378443 | 18-24 | Manyatta B | sw | phone_second
36 | new | Café Halima | KC-5973 | - | 25-34 | Market Milimani | luo | birth_bracket
37 | new | Odhiambo | KC-3902 | +254793758485 | 25-34 | Kondele | sw | birth_bracket
38 | new | Halima A. | KC-9313 | - | 18-24 | Shaurimoyo; Kaloleni | sw | -
39 | new | Ochieng A. | KC-6558 | - | 25-34 | Shaurimoyo; Kaloleni | luo | birth_bracket
40 | wrong | - | KC-1111 | - | 18-24 | Kondele | luo | no_name
"""


def rows(table: str) -> list[list[str]]:
    """A table's cells; what is not known is a dash there, and empty here."""
    lines = [line.split(" | ") for line in table.strip().splitlines()]
    return [["" if cell == "-" else cell for cell in line] for line in lines]
