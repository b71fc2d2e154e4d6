"""The invented programme make_sample.py draws from: what decides a win, what was planted, and the
names."""

import pandas as pd

SEED = 20251231
AS_OF = pd.Timestamp("2025-12-31")
QUARTERS = pd.period_range("2023Q1", "2025Q4", freq="Q")
MONTHS = pd.period_range("2023-01", "2025-12", freq="M")

# What a win depends on: every number multiplies the odds, 1 is no difference. Created month: index
# 0 is January.
BASE_ODDS = 0.38
SEASON = [0.60, 0.70, 0.85, 1.00, 1.20, 1.50, 1.60, 1.50, 1.15, 1.00, 0.80, 0.60]
REGION = {
    "Marmara": 1.0,
    "Ege": 3.0,
    "İç Anadolu": 0.9,
    "DACH": 1.0,
    "Benelux": 1.1,
    "France & Iberia": 0.9,
    "UK & Ireland": 1.0,
    "CEE": 1.0,
}
TURKISH = ["Marmara", "Ege", "İç Anadolu"]
PRODUCT = {
    "Endpoint Security": 1.2,
    "Backup": 1.1,
    "Cloud Migration": 1.0,
    "Networking": 1.0,
    "Servers": 0.9,
    "Managed Service": 1.0,
    "ERP Add-on": 0.8,
}
SIZE_BAND = {"small": 1.25, "mid": 1.0, "enterprise": 0.6}
CHANNEL = {"paid": 0.8, "earned": 1.1, "owned": 1.0, "partner": 1.3, "unknown": 0.9}
IDEAL = {"true": 1.5, "false": 0.8, "": 1.0}
CANCELLED, NEVER_CLOSED, SPLIT = 0.05, 0.008, 0.03

STRATEGY = {"partner": "Nordlicht Systemhaus GmbH", "began": "2024-05-01", "odds": 2.5}
REGION_ONLY = {"partner": "Işık Bilişim", "region": "Ege"}
PAID_NOTHING = {"partner": "Çınar Teknoloji", "channel": "paid", "win_probability": 0.0}
DECLINE = {
    "partner": "Öztürk & Oğulları",
    "first_lower_quarter": "2023Q3",
    "log_odds_per_quarter": -0.2,
}
LUCKY = {"partner": "Çiğdem Yazılım", "deals": 5, "won": 4, "created": "2025Q3", "closed": "2025Q4"}
PLANTED = [plan["partner"] for plan in (STRATEGY, REGION_ONLY, PAID_NOTHING, DECLINE, LUCKY)]
EVENTS = [  # date, partner, name, odds from then on
    (STRATEGY["began"], STRATEGY["partner"], "Deal desk qualifies every lead", STRATEGY["odds"]),
    ("2024-09-02", "Delta Réseaux", "New demo centre", 1.0),
    ("2025-02-03", "", "New registration portal", 1.0),
]

# partner | language of its people | deals a quarter | own log odds | share of ideal deals | per
# cent of deals by region
PARTNERS = """
Çınar Teknoloji|tr|40|0|.45|Marmara:60, İç Anadolu:25, Ege:15
Öztürk & Oğulları|tr|36|.3|.45|İç Anadolu:70, Marmara:20, Ege:10
Işık Bilişim|tr|30|0|.45|Ege:92, Marmara:8
Boğaziçi Veri|tr|46|0|.45|Marmara:70, Ege:20, İç Anadolu:10
Anadolu Sistem|tr|30|.2|.5|İç Anadolu:65, Ege:20, Marmara:15
Yıldırım Yazılım|tr|18|-.2|.4|Marmara:70, Ege:30
Gökçe Ağ Çözümleri|tr|16|0|.45|Marmara:65, Ege:20, İç Anadolu:15
Şahin Bulut|tr|15|0|.45|Marmara:60, Ege:40
Ümit Elektronik|tr|15|.6|.6|Marmara:80, İç Anadolu:20
Toros Entegrasyon|tr|15|0|.45|İç Anadolu:75, Ege:25
İnci Danışmanlık|tr|14|-.3|.3|Marmara:75, İç Anadolu:25
Körfez Donanım|tr|13|0|.45|Marmara:65, Ege:35
Güneş Dijital|tr|13|0|.45|İç Anadolu:60, Marmara:40
Sarıçam Teknik|tr|12|.2|.45|İç Anadolu:80, Ege:20
Doruk Güvenlik|tr|12|0|.45|Marmara:100
Kızılırmak Servis|tr|12|-.2|.45|İç Anadolu:85, Marmara:15
Efe & Ortakları|tr|12|0|.45|Marmara:55, Ege:45
Çiğdem Yazılım|tr|0|0|.45|Marmara:100
Üçler Bilgisayar|tr|2|0|.45|Marmara:70, Ege:30
Pınarbaşı Teknik|tr|1.5|0|.45|İç Anadolu:100
Nordlicht Systemhaus GmbH|de|58|0|.45|DACH:75, Benelux:15, CEE:10
Müller & Söhne IT|de|24|0|.45|DACH:85, CEE:15
Alpenblick Daten AG|de|17|.2|.5|DACH:100
Grünwald Netzwerke|de|14|-.2|.35|DACH:80, Benelux:20
Bosporus Systems GmbH|de|15|0|.45|DACH:60, Ege:25, Marmara:15
Weißbach Technik|de|2.5|0|.45|DACH:100
Delta Réseaux|fr|20|0|.45|France & Iberia:80, Benelux:20
Lumière Numérique|fr|15|0|.45|France & Iberia:100
Côte Cloud|fr|13|-.6|.45|France & Iberia:85, Benelux:15
Forêt Conseil|fr|2|0|.45|France & Iberia:100
Harbour Lane Systems|en|30|0|.45|UK & Ireland:80, Benelux:20
Thornbury Networks|en|16|.2|.45|UK & Ireland:100
Kestrel & Wren|en|13|0|.45|UK & Ireland:90, Benelux:10
Oakmere Digital|en|2|0|.45|UK & Ireland:100
Wiśniewski Systemy|pl|17|0|.45|CEE:85, DACH:15
Żuraw Technologie|pl|14|.3|.55|CEE:100
Łódka Danych|pl|12|0|.45|CEE:100
Van der Meer Cloud|nl|16|-.2|.45|Benelux:85, DACH:15
Polder Data|nl|13|0|.45|Benelux:100
Señal Norte|es|12|0|.45|France & Iberia:100
"""
FIRST = {
    "tr": "Ayşe Elif Zeynep Gül Çiğdem Şule Özge İpek Ahmet Burak Çağrı Emre Kağan Oğuz Umut Işıl",
    "de": "Anke Birgit Jürgen Katrin Lukas Sören Uwe Heike",
    "fr": "Aurélie Benoît Chloé François Hélène Jérôme",
    "en": "Alice Callum Fiona Gareth Imogen Rory",
    "pl": "Agnieszka Łukasz Michał Grażyna Paweł Zofia",
    "nl": "Anouk Bram Femke Joost Sanne",
    "es": "Begoña Iñaki Lucía Raúl",
}
LAST = {
    "tr": "Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Arslan Doğan Güneş Işık Koç Özkan "
    "Ünal Çetin",
    "de": "Bäcker Fuchs Groß Köhler Lang Möller Schäfer Vogt",
    "fr": "Béranger Dubois Lefèvre Moreau Garçon Roux",
    "en": "Ashby Brennan Hale Lockwood Pryce Whitfield",
    "pl": "Dąbrowska Kowal Nowicka Sikora Wójcik Zając",
    "nl": "Bakker Dekker Kuipers Visser Smit",
    "es": "Ibáñez Muñoz Ortega Peña",
}
CUSTOMERS = {  # root, trade, legal form
    True: (
        "Akarsu Bahar Çamlık Deniz Ergin Fidan Gürsu Ilgaz İnce Kuzey Orkide Ömür Pusula Şimşek "
        "Uğur Ürün Yeşil Zümrüt",
        "Tekstil Gıda Lojistik Sağlık Otomotiv Enerji Seramik Turizm Kimya Tarım Ambalaj Mobilya "
        "Makine Eğitim",
        "A.Ş. Ltd.",
    ),
    False: (
        "Alba Brück Cormoran Dorn Elster Falke Grove Hélios Inverness Jura Kestner Lindqvist "
        "Mistral Nørre Orkan Perle",
        "Foods Logistics Health Motors Energy Ceramics Travel Chemie Agro Packaging Meubles "
        "Machines Education Bank",
        "AG SA Ltd BV",
    ),
}
DEPARTMENTS = ["Enterprise Sales", "SMB Sales", "Public Sector", "Service"]
UNITS = ["Hardware", "Cloud", "Services"]
SOURCES = {
    "paid": ["Google Ads", "LinkedIn Ads", "Trade fair stand"],
    "earned": ["Referral", "Press article", "Review site"],
    "owned": ["Website", "Newsletter", "Webinar"],
    "partner": ["Deal registration", "Distributor"],
    "unknown": ["Other", ""],
}
STAGES = {"Qualification": 0.1, "Needs Analysis": 0.25, "Proposal": 0.5, "Negotiation": 0.75}
LOST_REASONS = {
    "Lost to competitor: Vega Systems": 0.16,
    "Lost to competitor: Orion Cloud": 0.11,
    "Lost to competitor: Kuzey Soft": 0.08,
    "Price": 0.18,
    "No budget": 0.16,
    "Never worked": 0.14,
    "Registration expired": 0.12,
    "": 0.05,
}
# What a deal is about beside its product, told by its number.
UNDERTAKINGS = ("rollout", "pilot", "extension", "renewal", "replacement", "second site", "audit")
COLUMNS = [
    "deal_id",
    "partner",
    "credit",
    "owner",
    "department",
    "unit",
    "customer",
    "deal_name",
    "region",
    "product",
    "size_band",
    "source",
    "channel",
    "stage",
    "status",
    "amount",
    "currency",
    "probability",
    "ideal",
    "created_on",
    "closed_on",
    "expected_close_on",
    "lost_reason",
    "lost_to_competitor",
]
