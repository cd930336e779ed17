"""The Japanese words of the sample: invented people, facilities and complaints, no real ones."""

from __future__ import annotations

# 𠮷 and 𠮟 lie beyond U+FFFF (two UTF-16 units); \ufa19 (神) is a compatibility ideograph that a
# normalising tool would silently replace; 葛󠄀, 辻󠄀 and 邉󠄂 carry a variation selector.
SURNAMES = (
    "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田",
    "佐々木", "山口", "松本", "井上", "木村", "林", "斎藤", "清水", "𠮷田", "髙橋", "山﨑", "齋藤",
    "渡邉󠄂", "葛󠄀城", "辻󠄀", "\ufa19谷", "長谷川", "五十嵐", "勅使河原", "小鳥遊", "久保田", "大西",
)  # fmt: skip
VARIANT_SURNAMES = ("葛󠄀城", "葛城", "辻󠄀", "辻", "渡邉󠄂", "渡邊", "𠮷田", "吉田", "𠮟", "叱")

GIVEN_NAMES = (
    "結衣", "陽菜", "葵", "凛", "さくら", "美咲", "莉子", "結菜", "花子", "恵", "愛", "直美",
    "蓮", "陽翔", "湊", "樹", "大翔", "悠真", "健太", "翔太", "太郎", "誠", "浩", "拓也",
    "ひかり", "そら", "ゆい", "のぞみ", "エミリア", "ルカ", "ミア", "ﾊﾅ", "純󠄁一", "𠀋介",
)  # fmt: skip

CHILDREN = (
    "ゆいと", "はると", "みなと", "そうた", "りく", "あおい", "めい", "ひまり", "いちか", "さな",
    "つむぎ", "こはる", "れん", "かいと", "えま", "ゆづき",
)  # fmt: skip

FACILITIES = (
    "ひまわり保育園", "つばさこども園", "あおぞら保育園", "どんぐり幼稚園", "たんぽぽ保育室",
    "にじいろ認定こども園", "こぐま保育園", "みどりの森幼稚園", "さくらんぼ保育園", "ほしのこ園",
)  # fmt: skip

CITIES = (
    ("東京都", "世田谷区", "154-0004"), ("大阪府", "豊中市", "560-0021"),
    ("福岡県", "福岡市早良区", "814-0002"), ("宮城県", "仙台市青葉区", "980-0811"),
    ("沖縄県", "那覇市", "900-0015"), ("奈良県", "葛󠄀城市", "639-2113"),
)  # fmt: skip

SYMPTOMS = (
    "発熱", "咳", "鼻水", "発疹", "下痢", "嘔吐", "腹痛", "頭痛", "目の充血", "食欲不振",
    "夜泣き", "登園しぶり", "耳の痛み", "虫刺され", "とびひ", "水いぼ",
)  # fmt: skip

ADVICE = (
    "水分を少しずつとらせて、様子を見てください。",
    "午後になっても38.5℃を超えるようなら、小児科の受診をお願いします。",
    "登園は解熱してから24時間たってからにしましょう。",
    "写真を送っていただけますか？",
    "お迎えをお願いできますでしょうか。",
    "薬は食後に1回、5mLです。",
    "次のビデオ診察は予約画面からお取りください。",
    "アレルギーの記録を確認しました。問題ありません。",
)  # fmt: skip

GREETINGS = (
    "お世話になっております。", "おはようございます。", "こんにちは！", "先生、",
    "看護師の山﨑です。", "ご連絡ありがとうございます。", "いつもありがとうございます。", "",
)  # fmt: skip

# A family is one picture out of seven code points joined by U+200D; a flag is two.
EMOJI = ("", "", "", "😊", "🙇‍♀️", "👨‍👩‍👧‍👦", "🏥", "🤒", "👍🏽", "🇯🇵", "♨️", "㊗️")  # fmt: skip

HALF_WIDTH = ("ﾖﾛｼｸｵﾈｶﾞｲｼﾏｽ｡", "ﾀｲｵﾝ37.8ﾄﾞﾃﾞｽ", "ﾎｲｸｴﾝﾆ ﾚﾝﾗｸｽﾞﾐ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ")

AUDIT_ACTIONS = ("LOGIN", "LOGOUT", "VIEW_RECORD", "UPDATE_RECORD", "EXPORT_REPORT", "JOIN_MEETING")
RESOURCE_TYPES = ("Meeting", "User", "AssessmentResult", "Appointment")
USER_AGENTS = (
    "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) HugMeDo/4.2.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0",
    "HugMeDo/4.1.0 (Android 14; ja-JP)",
)
