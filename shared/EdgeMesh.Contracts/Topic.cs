namespace EdgeMesh.Contracts;

/// <summary>A topic of the EdgeMesh tree, parsed and formatted in this one place.</summary>
/// <remarks>Nothing joins topic strings by hand. Levels that are names follow <see cref="Names"/>, so no wildcard gets in.</remarks>
public sealed class Topic
{
    /// <summary>What every topic starts with.</summary>
    public const string Root = "edgemesh/v1";

    /// <summary>What stands in place of a site in the topics of enrolment; no site may be called so.</summary>
    public const string EnrollSite = "enroll";

    /// <summary>Where a device that has no identity yet writes; <c>{}</c> stands for the enrolment's token.</summary>
    public const string EnrollUpPattern = Root + "/" + EnrollSite + "/{}/up";

    /// <summary>Where it is answered.</summary>
    public const string EnrollDownPattern = Root + "/" + EnrollSite + "/{}/down";

    // Indexed by TopicKind; {} stands for the one name that the kind carries.
    private static readonly string[] Patterns =
    {
        "hub/status", "hub/request/{}", "hub/response/{}",
        "devices/{}/up/hello", "devices/{}/down/welcome",
        "devices/{}/up/status", "devices/{}/up/info", "devices/{}/up/state", "devices/{}/up/telemetry", "devices/{}/up/log",
        "devices/{}/up/response", "devices/{}/down/command", "devices/{}/down/reported",
        "devices/{}/down/ota/offer", "devices/{}/up/ota/accept", "devices/{}/up/ota/reject",
        "devices/{}/down/ota/chunk", "devices/{}/up/ota/chunk-ack", "devices/{}/up/ota/verify", "devices/{}/down/ota/complete",
        "devices/{}/up/ota/abort", "devices/{}/down/ota/abort", "devices/{}/up/ota/report",
        "devices/{}/state", "devices/{}/availability", "devices/{}/ota", "devices/{}/set/{}",
        "codegen/{}/request", "codegen/{}/status", "codegen/{}/code", "codegen/{}/report",
        "devices/{}/down/identity", "devices/{}/up/identity", "devices/{}/up/health",
        "codegen/{}/code/{}", "codegen/{}/report/{}",
    };

    private static readonly string[][] Levels = Split(Patterns);

    private Topic(TopicKind kind, string site, string name, string capability)
    {
        Kind = kind;
        Site = site;
        Name = name;
        Capability = capability;
    }

    /// <summary>Which topic it is.</summary>
    public TopicKind Kind { get; }

    /// <summary>The hub's site.</summary>
    public string Site { get; }

    /// <summary>The device's id, the operation or the job; empty for <see cref="TopicKind.HubStatus"/>.</summary>
    public string Name { get; }

    /// <summary>The capability of <see cref="TopicKind.Set"/>, the number of a job's part; empty for all others.</summary>
    public string Capability { get; }

    /// <summary>How many kinds there are.</summary>
    public static int KindCount => Patterns.Length;

    /// <summary>The pattern of a kind below the site, with <c>{}</c> for each name.</summary>
    public static string PatternOf(TopicKind kind) => Patterns[(int)kind];

    /// <summary>The topic of <paramref name="kind"/> for a device, operation or job. Names must be valid.</summary>
    public static string Format(TopicKind kind, string site, string name = "", string capability = "")
    {
        string pattern = Patterns[(int)kind];
        string text = Root + "/" + site + "/";
        int from = 0;
        string value = name;
        for (int hole = pattern.IndexOf("{}"); hole >= 0; hole = pattern.IndexOf("{}", from))
        {
            text += pattern.Substring(from, hole - from) + value;
            from = hole + 2;
            value = capability;
        }

        return text + pattern.Substring(from);
    }

    /// <summary>The filter of everything that a device may publish.</summary>
    public static string UpFilter(string site, string device) => Root + "/" + site + "/devices/" + device + "/up/#";

    /// <summary>Whether a device publishes topics of this kind: it may write nothing else.</summary>
    public static bool IsUp(TopicKind kind) => Patterns[(int)kind].StartsWith("devices/{}/up/");

    /// <summary>The filter of everything that a device may read, beside <see cref="TopicKind.HubStatus"/>.</summary>
    public static string DownFilter(string site, string device) => Root + "/" + site + "/devices/" + device + "/down/#";

    /// <summary>The filter of everything that any device of the site publishes: the hub's subscription.</summary>
    public static string AllUpFilter(string site) => Root + "/" + site + "/devices/+/up/#";

    /// <summary>Where the device of an enrolment writes: outside any site, since a new device knows none.</summary>
    public static string EnrollUp(string token) => Root + "/" + EnrollSite + "/" + token + "/up";

    /// <summary>Where the hub answers it.</summary>
    public static string EnrollDown(string token) => Root + "/" + EnrollSite + "/" + token + "/down";

    /// <summary>The filter of what the devices of all enrolments write: the hub's subscription.</summary>
    public static string EnrollUpFilter() => EnrollUp("+");

    /// <summary>The token in a topic that is <see cref="EnrollUp"/> of it; empty for any other topic.</summary>
    public static string EnrollTokenOf(string topic)
    {
        string[] levels = topic.Split('/');
        return levels.Length == 5 && Names.IsValid(levels[3]) && topic == EnrollUp(levels[3]) ? levels[3] : "";
    }

    /// <summary>The filter of a whole site: what the viewer account may read.</summary>
    public static string SiteFilter(string site) => Root + "/" + site + "/#";

    /// <summary>Reads a topic; null where it is none of ours or a name in it is invalid.</summary>
    public static Topic? Parse(string text)
    {
        if (text == null || !text.StartsWith(Root + "/"))
        {
            return null;
        }

        string[] levels = text.Substring(Root.Length + 1).Split('/');
        if (!Names.IsValid(levels[0]))
        {
            return null;
        }

        for (int kind = 0; kind < Patterns.Length; kind++)
        {
            Topic? topic = Match((TopicKind)kind, levels);
            if (topic != null)
            {
                return topic;
            }
        }

        return null;
    }

    /// <summary>The topic as it goes on the wire.</summary>
    public override string ToString() => Format(Kind, Site, Name, Capability);

    private static string[][] Split(string[] patterns)
    {
        string[][] levels = new string[patterns.Length][];
        for (int i = 0; i < patterns.Length; i++)
        {
            levels[i] = patterns[i].Split('/');
        }

        return levels;
    }

    private static Topic? Match(TopicKind kind, string[] levels)
    {
        string[] pattern = Levels[(int)kind];
        if (pattern.Length != levels.Length - 1)
        {
            return null;
        }

        string name = "";
        string capability = "";
        for (int i = 0; i < pattern.Length; i++)
        {
            string level = levels[i + 1];
            if (pattern[i] != "{}")
            {
                if (pattern[i] != level)
                {
                    return null;
                }
            }
            else if (!Names.IsValid(level))
            {
                return null;
            }
            else if (name == "")
            {
                name = level;
            }
            else
            {
                capability = level;
            }
        }

        return new Topic(kind, levels[0], name, capability);
    }
}
