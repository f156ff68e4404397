using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.ContractExport.AsyncApi;

/// <summary>A topic that is in use: who says what there, and how.</summary>
/// <param name="Name">Its name in the document.</param>
/// <param name="Address">The topic, with parameters in braces.</param>
/// <param name="Up">Whether devices, or people, publish there; otherwise the hub does.</param>
/// <param name="Kind">What the contracts call it; null for the topics of enrolment.</param>
/// <param name="Envelope">How its messages are protected.</param>
/// <param name="Quality">MQTT's quality of service.</param>
/// <param name="Retained">Whether the broker keeps the last message.</param>
/// <param name="Messages">The schemas of its messages.</param>
internal sealed record Channel(string Name, string Address, bool Up, TopicKind? Kind, Envelope Envelope, int Quality, bool Retained, string[] Messages)
{
    // Declared, so that nobody takes them for something else, and not in use yet.
    private static readonly TopicKind[] Reserved =
        [TopicKind.HubRequest, TopicKind.HubResponse, TopicKind.Set];

    private static readonly TopicKind[] AtMostOnce = [TopicKind.OtaChunk, TopicKind.OtaChunkAck];

    private static readonly TopicKind[] KeptByBroker =
    [
        TopicKind.HubStatus, TopicKind.Status, TopicKind.Info, TopicKind.State, TopicKind.PublicState, TopicKind.PublicAvailability, TopicKind.PublicOta,
        TopicKind.CodegenStatus, TopicKind.CodegenCode, TopicKind.CodegenCodePart, TopicKind.CodegenReport, TopicKind.CodegenReportPart,
    ];

    private static readonly Dictionary<TopicKind, string[]> MessagesOf = new()
    {
        [TopicKind.HubStatus] = ["HubStatus"], [TopicKind.Hello] = ["Hello"], [TopicKind.Welcome] = ["Welcome"], [TopicKind.Status] = ["DeviceStatus"],
        [TopicKind.Info] = ["DeviceInfo"], [TopicKind.State] = ["Readings"], [TopicKind.Telemetry] = ["Readings"], [TopicKind.Log] = ["LogLine"],
        [TopicKind.Response] = ["CommandResponse"], [TopicKind.Command] = ["Command"], [TopicKind.Reported] = ["Reported"], [TopicKind.OtaOffer] = ["Offer"],
        [TopicKind.OtaAccept] = ["Accept"], [TopicKind.OtaReject] = ["Reject"], [TopicKind.OtaChunk] = ["Chunk"], [TopicKind.OtaChunkAck] = ["ChunkAck"],
        [TopicKind.OtaVerify] = ["Verify"], [TopicKind.OtaComplete] = ["Complete"], [TopicKind.OtaAbortUp] = ["Abort"], [TopicKind.OtaAbortDown] = ["Abort"],
        [TopicKind.OtaReport] = ["Report"], [TopicKind.PublicState] = ["PublicState"], [TopicKind.PublicAvailability] = ["Availability"], [TopicKind.PublicOta] = ["Update"],
        [TopicKind.Identity] = ["Identity"], [TopicKind.IdentityAnswer] = ["IdentityAnswer"], [TopicKind.Health] = ["Health"],
        [TopicKind.CodegenRequest] = ["JobRequest"], [TopicKind.CodegenStatus] = ["JobStatus"], [TopicKind.CodegenCode] = ["JobPart"], [TopicKind.CodegenCodePart] = ["JobPart"],
        [TopicKind.CodegenReport] = ["JobPart"], [TopicKind.CodegenReportPart] = ["JobPart"],
    };

    /// <summary>All that are in use.</summary>
    internal static IEnumerable<Channel> All() =>
    [
        .. Enum.GetValues<TopicKind>().Except(Reserved).Select(Of),
        new Channel("enrollUp", Topic.EnrollUpPattern.Replace("{}", "{token}", StringComparison.Ordinal), true, null, Envelope.None, 1, false, Enrollment.Up),
        new Channel("enrollDown", Topic.EnrollDownPattern.Replace("{}", "{token}", StringComparison.Ordinal), false, null, Envelope.None, 1, false, Enrollment.Down),
    ];

    /// <summary>The topics below the site that are only declared.</summary>
    internal static IEnumerable<string> ReservedPatterns() => Reserved.Select(Topic.PatternOf);

    /// <summary>Whether what is said there may be encrypted: the handshake agrees on it.</summary>
    internal bool MayBeEncrypted => Kind is TopicKind.Command or TopicKind.Response or TopicKind.Telemetry or TopicKind.State or TopicKind.Log;

    /// <summary>Whether the hub clears it with an empty retained message: when a device is removed; and of an enrolment that is over, where a stranger may have left something.</summary>
    internal bool Cleared => (Retained && Kind != TopicKind.HubStatus) || (Kind is null && Up);

    /// <summary>Which accounts of the broker may publish there; the hub may everywhere.</summary>
    internal string[] Writers => Up ? [Kind is null ? "enrolment" : Kind == TopicKind.CodegenRequest ? "operator" : "device", "hub"] : ["hub"];

    /// <summary>Which accounts may read it. Viewer and operator read the whole site, identities excepted, since they carry private keys.</summary>
    internal string[] Readers
    {
        get
        {
            if (Kind is null)
            {
                return Up ? ["hub"] : ["enrolment", "hub"];
            }

            bool device = Kind == TopicKind.HubStatus || Address.Contains("/down/", StringComparison.Ordinal);
            return [.. device ? ["device"] : Array.Empty<string>(), "hub", .. Kind == TopicKind.Identity ? Array.Empty<string>() : ["operator", "viewer"]];
        }
    }

    private static Channel Of(TopicKind kind)
    {
        if (!MessagesOf.TryGetValue(kind, out string[]? messages))
        {
            throw new InvalidOperationException($"The topic {Topic.PatternOf(kind)} has no channel: say in Channel.cs what is said there, or that it is only reserved.");
        }

        string pattern = Topic.PatternOf(kind);
        Envelope envelope = kind is TopicKind.Hello or TopicKind.Welcome ? Envelope.Handshake
            : Topic.IsUp(kind) || pattern.Contains("/down/", StringComparison.Ordinal) ? Envelope.Session : Envelope.None;
        bool job = pattern.StartsWith("codegen/", StringComparison.Ordinal);
        bool up = Topic.IsUp(kind) || kind == TopicKind.CodegenRequest;
        string address = Topic.Format(kind, "{site}", job ? "{job}" : "{device}", "{part}");
        string name = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
        return new Channel(name, address, up, kind, envelope, AtMostOnce.Contains(kind) ? 0 : 1, KeptByBroker.Contains(kind), messages);
    }
}
