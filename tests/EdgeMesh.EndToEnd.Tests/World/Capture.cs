using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Mqtt;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>All that a site's broker carries, as <c>tools/asyncapi/capture.mjs</c> reads it. It sees more than the viewer: enrolments, and identities too.</summary>
internal sealed class Capture : IAsyncDisposable
{
    // Between Mosquitto's limit of unacknowledged messages and ours nothing is lost: all that a small site says.
    private const string All = "edgemesh/#";

    // As people read it: quotes stay quotes.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly MqttClient _client = new();
    private readonly List<string> _lines = [];

    private Capture() => _client.ApplicationMessageReceivedAsync += received =>
    {
        Take(received.ApplicationMessage);
        return Task.CompletedTask;
    };

    /// <summary>Begins to listen; what the broker keeps comes first.</summary>
    public static async Task<Capture> StartAsync(Site site)
    {
        Capture capture = new();
        await capture._client.ConnectAsync(site.Everything("capture-" + Guid.NewGuid().ToString("N")[..8]));
        await capture._client.SubscribeAsync(All, MqttQualityOfServiceLevel.AtLeastOnce);
        return capture;
    }

    /// <summary>Whether a line has all these words.</summary>
    public bool Has(params string[] words) => Lines().Any(l => words.All(w => l.Contains(w, StringComparison.Ordinal)));

    /// <summary>A JSON object for each message so far.</summary>
    public string[] Lines()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private void Take(MqttApplicationMessage message)
    {
        byte[] payload = message.Payload.ToArray();
        JsonObject line = new() { ["topic"] = message.Topic, ["qos"] = (int)message.QualityOfServiceLevel, ["retain"] = message.Retain };
        bool binary = payload.Length > 0 && payload[0] < ' ';
        line[binary ? "base64" : "text"] = binary ? Convert.ToBase64String(payload) : Encoding.UTF8.GetString(payload);
        lock (_lines)
        {
            _lines.Add(line.ToJsonString(Readable));
        }
    }
}
