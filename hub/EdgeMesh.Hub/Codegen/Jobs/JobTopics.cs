using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Operations;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>A job as it can be read at the broker: retained, every message below the 20,000 bytes that MQTT Explorer shows.</summary>
public sealed class JobTopics(BrokerConnection broker, HubIdentity identity)
{
    /// <summary>Most parts of a text: what is longer ends there, and its last part says so.</summary>
    public const int PartsMax = 16;

    // Leaves room for what stands around the text.
    private const int PartBytesMax = Limits.JsonPayloadBytes - 200;
    private const int LineCharsMax = PartBytesMax / 6;

    private const string CutOff = "\n… the rest is left out here; `edgemesh program show` has it";

    // Newlines and quotation marks are escaped, letters are not: people read this.
    private static readonly JsonSerializerOptions Json = new(Operation.Json) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Says how a job stands.</summary>
    public void Tell(JobView view) => Post(TopicKind.CodegenStatus, view.Job, JsonSerializer.SerializeToUtf8Bytes(view, Json));

    /// <summary>Says it to who asks now alone: the broker keeps nothing of it.</summary>
    public void Answer(JobView view) =>
        broker.Post(TopicOf(TopicKind.CodegenStatus, view.Job, 1), JsonSerializer.SerializeToUtf8Bytes(view, Json));

    /// <summary>Shows the program.</summary>
    public void ShowCode(string job, string source) => Show(job, TopicKind.CodegenCode, TopicKind.CodegenCodePart, source);

    /// <summary>Shows what it did in the dry run, and what the policy found, as JSON.</summary>
    public void ShowReport(string job, string json) => Show(job, TopicKind.CodegenReport, TopicKind.CodegenReportPart, json);

    /// <summary>
    /// Empties the topics of a job, its request too, and returns when the broker keeps nothing of it. A request that stayed would be taken for a new one.
    /// </summary>
    public Task ClearAsync(string job, CancellationToken cancellation)
    {
        IEnumerable<(TopicKind Kind, int Part)> all =
        [
            (TopicKind.CodegenRequest, 1), (TopicKind.CodegenStatus, 1), (TopicKind.CodegenCode, 1), (TopicKind.CodegenReport, 1),
            .. Enumerable.Range(2, PartsMax - 1).SelectMany(part => new[] { (TopicKind.CodegenCodePart, part), (TopicKind.CodegenReportPart, part) }),
        ];
        return Task.WhenAll(all.Select(t => broker.PublishAsync(TopicOf(t.Kind, job, t.Part), ReadOnlyMemory<byte>.Empty, retain: true, cancellationToken: cancellation)));
    }

    /// <summary>A text in parts, each of which fits a message; divided where lines end.</summary>
    public static IReadOnlyList<JobPart> Divide(string job, string text)
    {
        List<string> parts = [];
        StringBuilder part = new();
        int bytes = 0;
        foreach (string line in Lines(text))
        {
            int cost = JsonSerializer.SerializeToUtf8Bytes(line, Json).Length;
            if (bytes + cost > PartBytesMax - CutOff.Length)
            {
                parts.Add(part.ToString());
                part.Clear();
                bytes = 0;
            }

            part.Append(line);
            bytes += cost;
        }

        parts.Add(part.ToString());
        if (parts.Count > PartsMax)
        {
            parts.RemoveRange(PartsMax, parts.Count - PartsMax);
            parts[^1] += CutOff;
        }

        List<JobPart> divided = [];
        foreach (string one in parts)
        {
            divided.Add(new JobPart(job, divided.Count + 1, parts.Count, one));
        }

        return divided;
    }

    // With their ends; one that would not fit a message by itself is cut, but never within a character.
    private static IEnumerable<string> Lines(string text)
    {
        for (int from = 0; from < text.Length;)
        {
            int end = text.IndexOf('\n', from);
            int next = Math.Min(end < 0 ? text.Length : end + 1, from + LineCharsMax);
            next -= next < text.Length && char.IsLowSurrogate(text[next]) ? 1 : 0;
            yield return text[from..next];
            from = next;
        }
    }

    private void Show(string job, TopicKind first, TopicKind further, string text)
    {
        foreach (JobPart part in Divide(job, text))
        {
            Post(part.Part == 1 ? first : further, job, JsonSerializer.SerializeToUtf8Bytes(part, Json), part.Part);
        }
    }

    private void Post(TopicKind kind, string job, byte[] payload, int part = 1) => broker.Post(TopicOf(kind, job, part), payload, retain: true);

    private string TopicOf(TopicKind kind, string job, int part) => Topic.Format(kind, identity.Site, job, part.ToString(CultureInfo.InvariantCulture));
}
