using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Privacy;

/// <summary>A piece of text that is private.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Kind">What it is, in capitals: it becomes part of the placeholder.</param>
internal readonly record struct PrivateSpan(int Start, int Length, string Kind);

/// <summary>Finds what has the form of something private, in prose and in programs alike. Where in doubt, it is: what is found is given back afterwards.</summary>
internal static partial class PrivatePatterns
{
    // A text that is made to be slow to look through is one that is not sent.
    private const int LimitMs = 500;
    private const int SecretLengthMin = 16;
    private const double SecretBitsMin = 3;
    private const int WpaLengthMin = 8;
    private const int WepLengthMin = 5;

    // Names before a dot that programs are full of, beside the modules that programs may use: their classes too, as in Pin.OUT.
    private static readonly HashSet<string> CodeRoots =
    [
        "self", "cls", "os", "sys", "builtins", "uos", "usys", .. PolicyData.Shipped.Modules.SelectMany(m => m.Value).Where(n => char.IsAsciiLetterUpper(n[0])),
    ];

    // Final labels that make a host of a name whatever stands before or after it: the old ones, those for houses, and two-letter countries that are no common attribute.
    private static readonly HashSet<string> TopLevel =
    [
        .. ("com net org edu gov int mil arpa info biz name io dev app cloud ai online site xyz tech local lan home internal localdomain "
            + "de at ch li fr it es pt nl be lu uk ie us ca au nz jp cn kr tw hk sg ru ua pl cz sk hu ro bg gr tr il dk se fi ee lv lt br mx ar cl co za eu").Split(' '),
    ];

    // What each kind looks like, the most specific first. Group "v", where there is one, is what is private of the match.
    private static readonly (string Kind, Func<Regex> Pattern, Func<Match, bool>? Holds)[] Kinds =
    [
        ("TEXT", Placeholder, null),
        ("KEY", Pem, null),
        ("EMAIL", Email, null),
        ("URL", Url, null),
        ("SECRET", KnownToken, null),
        ("WIFI", WifiArguments, null),
        ("SECRET", NamedSecret, null),
        ("SECRET", SaidSecret, null),
        ("SECRET", SaidKey, m => IsKey(m.Groups["v"].Value, m.Groups["wifi"].Success)),
        ("SECRET", Digits, m => !m.Groups["pins"].Success && m.Value.Count(char.IsDigit) >= SecretLengthMin),
        ("WIFI", NamedNetwork, null),
        ("MAC", Mac, null),
        ("IP", IpV6, m => IPAddress.TryParse(m.Value, out IPAddress? a) && a.AddressFamily == AddressFamily.InterNetworkV6),
        ("IP", IpV4, null),
        ("PLACE", Coordinates, null),
        ("PLACE", Coordinate, null),
        ("PLACE", Degrees, null),
        ("PHONE", Phone, m => m.Value.Count(char.IsAsciiDigit) is >= 8 and <= 15),
        ("HOST", Host, IsHost),
        ("SECRET", Run, m => IsSecret(m.Value)),
    ];

    /// <summary>Everything private by its form; what begins earlier or is named first goes before what overlaps it.</summary>
    internal static IEnumerable<PrivateSpan> In(string text)
    {
        foreach ((string kind, Func<Regex> pattern, Func<Match, bool>? holds) in Kinds)
        {
            foreach (Match match in pattern().Matches(text))
            {
                Group found = match.Groups["v"] is { Success: true } part ? part : match;
                if (found.Length > 0 && holds?.Invoke(match) != false)
                {
                    yield return new PrivateSpan(found.Index, found.Length, kind);
                    if (match.Groups["w"] is { Success: true, Length: > 0 } second)
                    {
                        yield return new PrivateSpan(second.Index, second.Length, kind);
                    }
                }
            }
        }
    }

    // time.sleep and self.pin are no hosts; time.example.org is.
    private static bool IsHost(Match match)
    {
        string[] labels = match.Value.Split('.');
        string last = labels[^1].ToLowerInvariant();
        bool code = CodeRoots.Contains(labels[0]) || PolicyData.Shipped.Modules.Any(m => m.Key.Split('.')[0] == labels[0] && (m.Value.Contains(labels[1]) || m.Key == $"{labels[0]}.{labels[1]}"));
        return last.All(char.IsAsciiLetter) && last.Length > 1 && (code ? labels.Length > 2 && TopLevel.Contains(last) : TopLevel.Contains(last) || !match.Groups["call"].Success);
    }

    // A run of signs such as keys are made of: long, mixed, and of many different ones (Shannon's entropy in bits a sign).
    private static bool IsSecret(string run)
    {
        bool digit = run.Any(char.IsAsciiDigit), lower = run.Any(char.IsAsciiLetterLower), upper = run.Any(char.IsAsciiLetterUpper);
        bool mixed = (digit && (lower || upper)) || (lower && upper && run.Length >= 24 && !run.Contains('_', StringComparison.Ordinal));
        return run.Length >= SecretLengthMin && mixed && Bits(run) >= SecretBitsMin && !OwnClass().IsMatch(run);
    }

    // After “WPA key” whatever may be one: 8 signs of WPA's, 5 of WEP's. After “key” alone, which programs and requests have otherwise too, not what looks like a word or a name in a program.
    private static bool IsKey(string said, bool wifi) => wifi
        ? said.Length >= WpaLengthMin || (said.Length >= WepLengthMin && said.Any(char.IsDigit))
        : said.Length >= WpaLengthMin && (said.Length >= SecretLengthMin && said.All(char.IsLetter) || !said.All(c => char.IsLower(c) || c is '_' or '.' or '(' or ')' or '[' or ']'));

    private static double Bits(string run) => run.GroupBy(c => c).Select(g => (double)g.Count() / run.Length).Sum(p => -p * Math.Log2(p));

    // What looks like a placeholder already stands for itself, or it would be taken for one on the way back.
    [GeneratedRegex(@"PRIVATE_[A-Z]{1,8}_\d{3}", RegexOptions.None, LimitMs)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"-----BEGIN [A-Z0-9 ]{1,40}-----.*?(-----END [A-Z0-9 ]{1,40}-----|\z)", RegexOptions.Singleline, LimitMs)]
    private static partial Regex Pem();

    [GeneratedRegex(@"[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,253}", RegexOptions.None, LimitMs)]
    private static partial Regex Email();

    [GeneratedRegex(@"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s""'<>]+", RegexOptions.None, LimitMs)]
    private static partial Regex Url();

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?:sk-|sk_|pk_|rk_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hf_|AKIA|ASIA|AIza|ya29\.|eyJ)[A-Za-z0-9_.\-]{8,}", RegexOptions.None, LimitMs)]
    private static partial Regex KnownToken();

    // wlan.connect('name', 'key')
    [GeneratedRegex(@"\.connect\(\s*(?:[a-z_]+\s*=\s*)?b?\\*(?<q>[""'])(?<v>[^""'\n]+)\k<q>\s*,\s*(?:[a-z_]+\s*=\s*)?b?\\*(?<r>[""'])(?<w>[^""'\n]*)\k<r>", RegexOptions.None, LimitMs)]
    private static partial Regex WifiArguments();

    // password="…", api_key: …, up to the quote, the comma or the line's end.
    [GeneratedRegex(@"(?i)(?:pass ?word|passwd|passwort|kennwort|pass ?phrase|pwd|psk|secret|credentials?|token|(?:api|wi-?fi|wlan|network|access|private|secret|auth)[ _-]?key|pin[ _-]?code)[""']?\s*(?:\bis\b|\bist\b|:=|=|:)\s*(?:b?\\*(?<q>[""'])(?<v>(?:(?!\k<q>)[^\n])+)|(?<v>(?>[^\s""']\S*)[^,;\n""']*?)(?:(?=\s+(?:and|und|then|every|on|to)\s|[,;\n""')]|\.\s|\s*\z)|(?<=[,;.])(?=\s)))", RegexOptions.None, LimitMs)]
    private static partial Regex NamedSecret();

    // the password hunter2
    [GeneratedRegex(@"(?i)\b(?:pass ?word|passwd|passwort|kennwort|pass ?phrase|pwd|psk|(?:api|wi-?fi|wlan|network|access|secret|auth)[ _-]?key)\s+(?:\\*(?<q>[""'“‘])(?<v>[^""'”’\n]+)|(?<v>[^\s""',;:=.]+))", RegexOptions.None, LimitMs)]
    private static partial Regex SaidSecret();

    // with WPA key 1234…, the key for the network is "…", key a1b2 c3d4 e5f6
    [GeneratedRegex(@"(?i)(?<!\p{L})(?:(?<wifi>wpa[23]?|wep|psk|pass[ _-]?phrase)|key|schlüssel)(?:[ _/+-]{0,2}(?:(?<wifi>wpa[23]?|wep|psk)|personal|key|code|schlüssel))*[""']?(?:\s*(?::=|[=:,(])\s*|\s+(?:of|for|to|von|für)\s+(?:\S{1,40}\s+){1,5}?(?:is|ist|lautet)\b\s*:?\s*|\s+(?:(?:is|ist|lautet)\b\s*:?\s*)?)(?=b?\\*(?<q>[""'“‘])(?<v>[^""'”’\n]+)|(?<v>(?>(?=[a-z]{0,7}\d)[a-z0-9]{2,8}(?:[ -](?=[a-z]{0,7}\d)[a-z0-9]{2,8})+)(?![a-z0-9])|[^\s""',;]*[^\s""',;.:)]))", RegexOptions.None, LimitMs)]
    private static partial Regex SaidKey();

    // A router's key as it is printed on it, a card's or an account's number. Lists of pins are taken by themselves, and left.
    [GeneratedRegex(@"(?<pins>(?i:\b(?:pins?|gpios?)[ :]{1,2})\d{1,2}(?:[ \t]+\d{1,2})*(?!\d))|(?<!\d)(?:\d(?:[ \t_-]{0,3}\d){15,}|\d{3,}(?:[./]\d{3,}){2,})", RegexOptions.None, LimitMs)]
    private static partial Regex Digits();

    [GeneratedRegex(@"(?i)\b(?:e?ssid|(?:wi-?fi|wlan|network|hotspot)[ _-]?name|(?:wi-?fi|wlan|network|access point|hotspot)(?=\s+(?:is\s+)?(?:called|named)\b))[""']?\s*(?:(?:is\s+)?(?:called|named)\b|\bis\b|:=|=|:)\s*(?:b?\\*(?<q>[""'“‘])(?<v>[^""'”’\n]+)|(?<v>[^\s""',;][^,;\n""']*?)(?=\s+(?:and|und|with|then|every|on|to)\s|[,;\n""')]|\.\s|\.?\s*\z))|\b(?:e?ssid|wi-?fi|wlan|network|hotspot)\s+[""'“‘](?<v>[^""'”’\n]+)", RegexOptions.None, LimitMs)]
    private static partial Regex NamedNetwork();

    [GeneratedRegex(@"(?i)(?<![0-9a-f:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4,6}[0-9a-f]{2}(?![0-9a-f])|(?<![0-9a-f.])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?![0-9a-f])|(?<![0-9a-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12}(?![0-9a-z])", RegexOptions.None, LimitMs)]
    private static partial Regex Mac();

    [GeneratedRegex(@"(?i)(?<![0-9a-z:.])(?=[0-9a-f.]*:[0-9a-f.]*:)[0-9a-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![0-9a-z:])", RegexOptions.None, LimitMs)]
    private static partial Regex IpV6();

    [GeneratedRegex(@"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)", RegexOptions.None, LimitMs)]
    private static partial Regex IpV4();

    [GeneratedRegex(@"(?<![\d.])[-+]?\d{1,3}\.\d{3,}\s*°?\s*[NSns]?\s*[,;/ ]\s*[-+]?\d{1,3}\.\d{3,}(?:\s*°?\s*[EWOew]\b)?", RegexOptions.None, LimitMs)]
    private static partial Regex Coordinates();

    [GeneratedRegex(@"(?i)\b(?:lat(?:itude)?|lon(?:gitude)?|lng)\b[""']?\s*(?:is|of|[:=])?\s*(?<v>[-+]?\d{1,3}(?:\.\d+)?)", RegexOptions.None, LimitMs)]
    private static partial Regex Coordinate();

    [GeneratedRegex(@"\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['′’](?:\s?\d{1,2}(?:\.\d+)?\s?(?:""|″|”|''))?\s?[NSEWO]?", RegexOptions.None, LimitMs)]
    private static partial Regex Degrees();

    // With a country's or an area's prefix, as North America writes them, or as ten digits in a row.
    [GeneratedRegex(@"(?<![\w.])(?:(?:\+|00)\s?\d[\d ()/.\-]{5,18}\d|\(?0[1-9]\d{0,4}\)?[ /.\-]?\d[\d /.\-]{3,14}\d|\(?\d{3}\)?[ .\-]\d{3}[.\- ]\d{4}|(?<![*/%]\s?)\d{10,15})(?!\d|\.\d)", RegexOptions.None, LimitMs)]
    private static partial Regex Phone();

    [GeneratedRegex(@"(?<![\w.@-])(?>[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+)(?![\w-])(?=(?<call>\s*[(\[=])?)", RegexOptions.None, LimitMs)]
    private static partial Regex Host();

    // As the programs of templates name theirs.
    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]{1,32}Behaviour\d?$", RegexOptions.None, LimitMs)]
    private static partial Regex OwnClass();

    [GeneratedRegex(@"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_=-]{16,}", RegexOptions.None, LimitMs)]
    private static partial Regex Run();
}
