"""What a site says in its own name round an article: links, sharing, comments, notices. Each kind is a named rule."""

from harness.ingest.phrases import SITE, TEXT, Phrases

_SHARE_WORDS = (
    r"share[sd]?|this|on|via|by|with|tweet|e-?mail|print(?:er)?|friendly|printable|pinterest|pin|messenger|copy|"
    r"copied|link|url|to|clipboard|pocket|save[d]?|bookmark|like|it|a|an|the|your|friends?|article|story|page|post|"
    r"version|view|format|x|threads|mastodon|bluesky|send|gift|follow|us|me|and|or|facebook|twitter|whats ?app|"
    r"linked ?in|reddit|telegram|tumblr|flipboard|instagram|you ?tube|tik ?tok|sms|text|google|digg|stumbleupon|"
    r"delicious|comments?|discuss|more|options|click|opens in new window|for later|icon|button|close|\d+[km]?"
)
_FULL = rf"(?:(?:the|this|our|full|original|entire|complete|whole|source)\s+)+(?:{TEXT}|report)"

READ_MORE = Phrases(
    "read_more",
    "a link to the rest of the text or to its source",
    whole=(
        (
            rf"(?:source:?\s*)?(?:click (?:here )?(?:to|for) )?(?:read|view|see|get|open|continue to|visit"
            rf"|find)\s+{_FULL}"
            r"(?: here| now|(?: on| at| in| from| by| via) .{1,60})?"
        ),
        rf"(?:source|via|credit|from)\W+{_FULL}",
        r"(?:source|original|external) (?:link|source|article|url)(?:\s*:.{0,120})?|link to (?:the )?original.{0,40}",
        r"(?:sources?|via|origin(?:al)?(?: source)?|credits?|hat tip|h/t)\s*:\s*\S.{0,60}",
        r"(?:continue|keep) reading(?:\W.{0,80})?|continued(?: (?:below|on .{1,40}))?|read on|more(?: here)?",
        r"(?:full|complete) (?:story|coverage|article|text|report)(?: here)?|the rest of .{1,30} here",
        r"(?:article|story|post|more|advertisement) continues (?:below|after)\b.{0,60}",
        r"scroll (?:down|up|to|for|on)\b.{0,60}|expand|collapse",
        r"(?:click|tap|swipe) (?:here|on|to|through|left|right|for|the (?:link|image|photo|picture|play))\b.{0,120}",
        r"(?:go |jump |return )?back to (?:the )?(?:top|article|home ?page|main .{1,30}|previous page)",
        r"(?:next|previous|prev|older|newer) (?:article|story|post|page|entry)s?(?:\W.{0,120})?|page \d+(?: of \d+)?",
        r"to (?:read|see|view) (?:the )?(?:full|entire|complete|original) .{1,60}",
        r"(?:view|see) (?:gallery|slideshow|in full).{0,30}|\d+ (?:photos|images|slides|view gallery)",
    ),
    heading=(
        (
            r"(?:read|show|load|see|view|learn|find out|discover) (?:more|less|all|next)(?: (?:from|on|about|at|in|"
            r"news|stories|articles|like this|here)(?: .{0,60})?)?"
        ),
    ),
    within=(
        r"^(?:to )?(?:click|tap) (?:here|on the (?:link|button)|below)\b|\bclick here (?:to|for)\b",
        (
            r"^(?:for more (?:information|details|news|on|about|stories|updates|from|coverage)|to (?:read|find out|"
            r"learn) more)\b.{0,120}\b(?:visit|go to|click|see|check|follow|here)\b"
        ),
        r"^(?:you can )?read (?:our|more of our|the (?:full|original|rest)|more)\b.{0,120}\b(?:here|below)\W*$",
    ),
)
NEWSLETTER = Phrases(
    "newsletter",
    "an invitation to a newsletter, an app or alerts",
    whole=(
        r"(?:thank you|thanks)(?: so much)? for (?:signing|subscribing|registering|joining|reading|your).{0,160}",
        (
            r"(?:invalid (?:e-?mail|password|address|input)|something went wrong|sorry, there|"
            r"an error (?:has )?occurred|this field is|please (?:try again|enter|check your)).{0,120}"
        ),
    ),
    heading=(
        (
            r"(?:(?:free|daily|weekly|morning|evening|e-?mail|breaking|news|our|the) )*(?:newsletters?|alerts?|"
            r"briefing|digest)(?: (?:sign-?up|subscription|alerts?|form))*"
        ),
        r"(?:enter |your |an? |valid |please |provide )*e-?mail(?: address)?(?: here)?(?: (?:required|is invalid))?",
        r"(?:sign|signing) (?:me )?up(?: (?:now|here|today|for free|free|below))?|i['’]?m in|get (?:the app|alerts)",
        r"(?:download|get|install|try) (?:the|our|your) .{0,60}\bapp\b.{0,80}|app ?store|google play(?: store)?",
        r"(?:available|download|get it) (?:on|from) (?:the )?(?:app ?store|google play|ios|android).{0,40}",
    ),
    within=(
        (
            r"^(?=sign|.*\b(?:your?|our|here|below)\b).*\b(?:sign|signing|signed)[- ]?up\b.{0,120}\b(?:newsletters?|"
            r"e-?mails?|alerts?|updates?|inbox|briefings?|bulletins?|digest|channel|notifications?|mailing list)\b"
        ),
        r"\b(?:newsletters?|alerts|inbox|bulletins?|briefing|digest)\b.{0,120}\b(?:sign|signing)[- ]?up\b",
        (
            r"\bsubscri(?:be|bing) (?:to|for) (?:our|the|this|my|free)\b.{0,80}\b(?:newsletters?|e-?mail|alerts?|"
            r"updates?|channel|podcast|feed|inbox|notifications?)\b"
        ),
        (
            r"\b(?:newsletters?|alerts|updates|stories|headlines|news)\b.{0,80}\b(?:in|to) your (?:inbox|e-?mail|"
            r"mailbox|phone|mobile)\b"
        ),
        (
            r"\b(?:delivered|sent|straight|direct(?:ly)?|right)(?: straight| direct(?:ly)?)? (?:to|"
            r"into) your (?:inbox|e-?mail|phone|mobile|mailbox|device)\b"
        ),
        (
            r"^(?:get|receive|want|never miss|stay|keep|be the first)\b.{0,100}\b(?:newsletters?|e-?mail alerts?|"
            r"inbox|breaking news alerts?|up to date with (?:all )?(?:the|our)|notifications?)\b"
        ),
        (
            r"^by (?:signing up|subscribing|submitting|clicking|registering|entering|providing|continuing|"
            r"using)\b.{0,250}\b(?:agree|consent|accept|acknowledge|privacy|terms)\b"
        ),
        r"^we(?:['’]ll| will| may)? use your (?:sign-?up|information|e-?mail|data|details)\b",
        r"\b(?:you can|to) unsubscribe\b",
        (
            r"^(?:track|catch|get|follow|stay tuned|check out|for (?:all )?the)\b.{0,40}\b(?:latest|breaking|"
            r"live) (?:news|updates)\b"
        ),
        r"^want to read more\W*$",
        (
            r"^want (?:more|the latest)\b.{0,80}\b(?:news|stories|coverage|updates|newsletters?|articles|content|"
            r"insights?)\b"
        ),
    ),
    longest=60,
)
SUBSCRIPTION = Phrases(
    "subscription",
    "a request to subscribe, register or give",
    heading=(
        r"subscri(?:be|ptions?|bers?)(?: (?:now|today|here|to|for|from|only|login|content|cent(?:re|er)).{0,80})?",
        (
            r"log ?(?:in|out|on)(?: .{0,30})?|sign (?:in|out)(?: .{0,30})?|register(?: (?:now|here|free|for free|"
            r"today))?"
        ),
        r"(?:my|your) account|create (?:an|your|a free) (?:account|profile)|(?:forgot|lost|reset)(?: your)? password",
        r"remember me|password|username|join (?:now|us|free)|(?:start )?(?:your )?free trial|upgrade now",
        r"(?:premium|exclusive|members?|subscribers?)(?:[- ]only)? (?:content|article|story|access)",
        r"donate(?: (?:now|here|today))?|support (?:us|our work|our journalism|independent journalism)",
        (
            r"(?:already|not)(?: yet)? (?:(?:a|an|have an?) )?(?:registered|subscriber|member|account|reader|"
            r"user)\b.{0,60}"
        ),
    ),
    within=(
        (
            r"^(?:to (?:continue|read|access|view|keep|comment|get|see|enjoy)|please|you (?:need|have|"
            r"must))\b.{0,100}\b(?:subscribe|log ?in|sign in|register (?:free|for|here|to|now)|become a (?:member|"
            r"subscriber)|ad ?block)"
        ),
        (
            rf"^(?:this|the rest of this) {TEXT} is (?:only )?(?:for|available (?:only )?(?:to|for)"
            rf"|exclusive(?:ly)? (?:to|"
            r"for)|reserved for|free to read for)\b.{0,60}\b(?:subscribers?|members?|users?|readers)\b"
        ),
        (
            r"\byou(?:['’]ve| have) (?:\d+|no|one|reached|used|read)\b.{0,60}\b(?:free (?:articles?|stories)|"
            r"article limit|articles? (?:left|remaining|this month))\b"
        ),
        r"^(?:get|enjoy|unlock)\b.{0,30}\b(?:unlimited|full|digital|premium) (?:digital |online )?access\b",
        (
            r"^(?:support (?:our|us|independent|quality|local)|help (?:us|fund|keep)|please (?:consider|support|"
            r"help|donate)|consider (?:a |making|supporting|donating|subscrib)|if you (?:like|liked|enjoy|enjoyed|"
            r"value|found|appreciate))\b.{0,160}\b(?:journalism|donat\w+|contribut\w+|subscri\w+|"
            r"support(?:ing)? (?:us|our)|patreon|share (?:it|this))\b"
        ),
        r"^become an? (?:member|supporter|subscriber|patron|friend of)\b|\bsubscribe (?:today|now|here)\b",
    ),
    longest=60,
)
SOCIAL = Phrases(
    "social",
    "sharing and following on social media",
    heading=(
        (
            r"(?=.*\b(?:share|tweet|e-?mail|print(?:able|er)?|facebook|twitter|whats ?app|linked ?in|reddit"
            r"|pinterest|"
            rf"copy link|send to|instagram|telegram|bookmark|like this|save this)\b)(?:(?:{_SHARE_WORDS})\b[\W_]*)+"
        ),
        (
            r"(?:share|save|send|tweet|pin|like|bookmark|e-?mail|print|gift|forward) (?:this|it|(?:the|your) "
            rf"(?:{TEXT}|link|friends)|via .{{1,20}}|with (?:friends|others|your))\b.{{0,60}}"
        ),
        rf"(?:follow|like|join|find|connect with|add|see) .{{1,50}}? (?:on|at|via) (?:our )?{SITE}.{{0,120}}",
        (
            r"(?:follow|connect)(?: (?:us|me|with us|@\w+|topics?|author))?|@\w{2,30}|sharing options|shares?|"
            r"reader poll"
        ),
        r"(?:print(?:able|er)?|text)[- ](?:friendly )?(?:version|view|page|this|format).{0,80}",
        r"\d+(?:\.\d+)?[km]? (?:shares?|views|likes|reads|retweets)",
    ),
    within=(
        rf"^(?:follow|subscribe to|check out)\b.{{0,90}}\b(?:on|our)\b.{{0,30}}\b{SITE}\b",
        rf"\b(?:follow|join|like|find) (?:us|me|him|her|them)\b.{{0,40}}\b(?:on|at) (?:our )?{SITE}\b",
    ),
)
COMMENTS = Phrases(
    "comment_form",
    "the form or the heading of readers' comments",
    whole=(
        r"leave (?:a |your )?(?:reply|comment|response)s?(?: (?:cancel reply|below|here|on|to).{0,80})?",
        (
            r"your e-?mail address will not be (?:published|shared|displayed).{0,80}|"
            r"required fields(?: are marked.{0,10})?"
        ),
        r"save my name,? e-?mail.{0,120}|notify me (?:of|by|when|via).{0,100}|this site uses akismet.{0,160}",
        (
            r"learn how your comment.{0,80}|(?:you must|please|you need to|you have to)(?: be)? (?:log(?:ged)?|"
            r"signed|sign)[ -]?(?:in|on) to (?:comment|post|reply|leave|join)\b.{0,80}"
        ),
        (
            r"be (?:the )?first to (?:comment|reply|share|like)\b.{0,60}|log ?in to (?:comment|reply|leave|"
            r"post)\b.{0,80}"
        ),
        r"waiting for response to load|(?:we are|this article is) no longer accepting comments.{0,60}",
        r"comments? (?:are|have been) (?:closed|disabled|turned off|moderated|not available)\b.{0,120}",
        r"(?:report|flag) (?:this |a |an )?(?:comment|abuse|typo|error|mistake|post|ad).{0,40}",
        (
            r"spotted (?:a|an) (?:typo|error|mistake).{0,80}|we (?:want|would love|['’]?d love|"
            r"would like) to hear from you.{0,160}"
        ),
        r"(?:what do you|tell us what you|let us know what you) think\b.{0,120}|have your say\b.{0,120}",
        r"join the (?:conversation|discussion|debate)\b.{0,100}|let us know .{0,40}comments.{0,40}",
        r"share your (?:thoughts|views|comments?|opinion|experience|story)\b.{0,120}",
    ),
    heading=(
        (
            r"(?:please )?(?:post|add|write|submit|view|show|hide|read|see|make|load|sort|start|"
            r"send)(?: us)? (?:(?:a|an|the|your|all|more|new|our|other|\d+) )*(?:comments?|repl(?:y|ies)|discussion|"
            r"conversation)\b.{0,40}"
        ),
        r"\d+ (?:comments?|repl(?:y|ies)|responses?|thoughts?)(?: (?:on|to|so far|below|posted)\b.{0,160})?",
        (
            r"(?:(?:reader|recent|user|latest|your|all|top|newest|no|facebook) )*comments?(?: (?:section|policy|yet|"
            r"off|below|rules|guidelines|closed))*(?:\s*\(?\d*\)?)|no comments?(?: yet)?|cancel reply|reply|replies|"
            r"submit|preview"
        ),
        (
            r"(?:your |full |first |last |nick)?(?:name|e-?mail|website|url|phone|message|comment)s?\s*(?:\*|"
            r"\(required\)|\(optional\)|\(will not be published.{0,20})|website|your (?:name|comment|rating|review|"
            r"message)"
        ),
    ),
    within=(
        (
            r"^(?:do|have|are|did|can|were) you\b.{0,200}\?.{0,120}\b(?:contact|e-?mail|get in touch|whats ?app|"
            r"tell us|let us know|write to)\b"
        ),
        (
            r"^(?:please )?(?:get in touch|contact (?:us|our|the author|the reporter)|e-?mail (?:us|your|our|me|"
            r"the author)|send (?:us|your)|write to us|you can (?:contact|reach|e-?mail))\b"
        ),
        (
            r"^(?:the )?(?:views|opinions|statements)(?: and (?:views|opinions))? (?:expressed|contained) (?:here|"
            r"in (?:this|the)|on this|are|by (?:the )?(?:author|contributor|user|writer))"
        ),
        (
            r"\bif you (?:have|know|see|spot|would like|want)\b.{0,120}\b(?:e-?mail us|contact us|get in touch|"
            r"let us know|story for us|contact our)\b"
        ),
    ),
)
NOTICES = Phrases(
    "site_notice",
    "a notice about cookies, privacy, scripts or terms",
    heading=(
        (
            r"(?:accept|reject|allow|manage|decline|i agree|ok|agree|no thanks|got it|dismiss)(?: (?:and|&|all|"
            r"cookies?|preferences|consent|settings|continue|proceed|close|to|choices|my))*"
        ),
        (
            r"(?:cookie|privacy) (?:policy|notice|settings|statement|preferences|consent)|terms (?:of (?:use|"
            r"service)|(?:and|&) conditions)|do not sell .{0,60}|(?:strictly )?(?:necessary|functional) cookies"
        ),
    ),
    within=(
        r"\bcookies\b.{0,160}\b(?:you|your|our|we|browser|this (?:web ?)?site)\b",
        r"\b(?:we|our|this (?:web ?)?site|your|you)\b.{0,160}\bcookies\b",
        (
            r"\b(?:enable|turn on|disable|requires?|without) java ?script\b|\bjava ?script (?:is|"
            r"must be) (?:disabled|required|enabled)\b"
        ),
        r"\byour browser (?:does not|doesn['’]t|is|isn['’]t|may|will)\b|\boptimi[sz]ed for viewing\b|\brecaptcha\b",
        (
            r"\b(?:privacy policy|terms of (?:use|service)|user agreement|cookie policy)\b.{0,80}\b(?:apply|agree|"
            r"accept|your)\b"
        ),
        (
            r"\b(?:agree|accept|see|read|under|view) (?:to )?(?:our|the) (?:privacy policy|terms of (?:use|service)|"
            r"user agreement|cookie policy)\b"
        ),
        r"^(?:we and our|our|with your) (?:\d+ )?partners\b.{0,120}\b(?:data|information|consent|devices?)\b",
    ),
    longest=90,
)
ADVERTISEMENT = Phrases(
    "advertisement",
    "a mark of advertising",
    heading=(
        (
            r"(?:advert|ad)(?:isement|isements|s|ising|orial)?(?:\s*[-–—:|].{0,60})?|ads? (?:by|feedback|choices|"
            r"loading).{0,30}"
        ),
        r"sponsored(?: (?:by|content|links?|stories|post)\b.{0,60})?|promoted(?: (?:by|content|stories)\b.{0,20})?",
        (
            r"paid (?:post|content|for by).{0,40}|partner content|(?:skip|close|remove|hide)(?: this)? ads?|"
            r"commercial break"
        ),
        r"loading(?:[.…\s]*| (?:top|more|next|comments|the|your|content|video)\b.{0,30})|please wait|adchoices",
    ),
    within=(
        (
            r"\bthis advertisement has not loaded\b|\bas an amazon associate\b|\b(?:contains?|"
            r"includes?) affiliate links?\b"
        ),
        (
            r"\b(?:may|might|could)?\s?(?:earn|receive|get|make) (?:a |"
            r"an )?(?:small )?(?:affiliate )?commission\b.{0,60}\b(?:link|purchase|buy)"
        ),
    ),
)
COPYRIGHT = Phrases(
    "copyright",
    "a copyright notice",
    whole=(
        r"(?:©|\(c\)|copyright\s*(?:©|\(c\)|\d{4}|notice\b|:)).{0,300}|copyright",
        r".{0,120}\ball rights (?:are )?reserved\b.{0,200}|.{0,80}(?:©|\(c\)|\bcopyright) ?(?:19|20)\d\d\b.{0,160}",
    ),
    within=(
        (
            r"\b(?:may|must) not be (?:published|reproduced|copied|redistributed|broadcast|"
            r"rewritten)\b.{0,80}\b(?:published|reproduced|copied|broadcast|rewritten|redistributed|permission|"
            r"consent)\b"
        ),
        (
            r"^(?:reproduction|redistribution|republication|reuse|unauthori[sz]ed (?:use|reproduction|"
            r"copying))\b.{0,120}\b(?:prohibited|forbidden|permission)\b"
        ),
        (
            r"\b(?:reprinted|reproduced|republished|used|published) (?:here )?(?:with|"
            r"by) (?:the )?(?:kind )?permission\b"
        ),
    ),
    longest=80,
)
RULES: tuple[Phrases, ...] = (
    READ_MORE,
    NEWSLETTER,
    COMMENTS,
    SOCIAL,
    NOTICES,
    COPYRIGHT,
    ADVERTISEMENT,
    SUBSCRIPTION,
)
"""Rules about the site's own voice, in the order they are tried; the first that matches gives the reason."""
