using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Results;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Hub.Broker.Accounts;

/// <summary>What became of one command.</summary>
/// <param name="Command">The command.</param>
/// <param name="Error">What the plugin objects to; null on success.</param>
/// <param name="Data">What it gives; null where it gives nothing.</param>
internal sealed record CommandResponse(JsonObject Command, string? Error, JsonObject? Data);

/// <summary>Commands to Mosquitto's dynamic-security plugin by MQTT.</summary>
/// <remarks>
/// Each call makes a connection of its own: account work is rare, and on the hub's connection for messages its answers would wait behind
/// the very handler that asks.
/// </remarks>
internal sealed class DynamicSecurity(BrokerEndpoint endpoint, EmbeddedBroker embedded, BrokerState state, TimeProvider time)
{
    /// <summary>All topics of the plugin.</summary>
    public const string Tree = "$CONTROL/dynamic-security/#";

    private const string RequestTopic = "$CONTROL/dynamic-security/v1";
    private const string ResponseTopic = RequestTopic + "/response";

    // Some 500 bytes each: a message stays far below any broker's packet limit.
    private const int CommandsPerMessage = 50;

    private static readonly Result<CommandResponse[]?> NoDynamicSecurity = (CommandResponse[]?)null;

    /// <summary>Runs the commands in order and gives one response for each.</summary>
    /// <param name="commands">The commands, without correlation data.</param>
    /// <param name="responseLimit">How long the plugin may take to answer one message.</param>
    /// <param name="cancellationToken">Ends the wait; what was sent may be done nevertheless.</param>
    /// <returns>Null where the broker can be reached and has no dynamic security, or none for the hub's account.</returns>
    public async Task<Result<CommandResponse[]?>> SendAsync(IReadOnlyList<JsonObject> commands, TimeSpan responseLimit, CancellationToken cancellationToken)
    {
        if (endpoint.IsEmbedded && !embedded.Accepts)
        {
            return state.Current.Error ?? Unavailable("it is being started.");
        }

        MqttClient client = new(time);
        await using ConfiguredAsyncDisposable disposing = client.ConfigureAwait(false);
        Channel<JsonObject> responses = Channel.CreateUnbounded<JsonObject>();
        client.ApplicationMessageReceivedAsync += arguments => CollectAsync(arguments.ApplicationMessage, responses.Writer);
        try
        {
            MqttClientConnectResult connected = await client.ConnectAsync(endpoint.ClientOptions(endpoint.ClientId + "-control"), cancellationToken)
                .ConfigureAwait(false);
            if (connected.ResultCode != MqttClientConnectResultCode.Success)
            {
                return Unavailable(connected.ReasonString);
            }

            MqttClientSubscribeResult subscribed = await client.SubscribeAsync(ResponseTopic, MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken)
                .ConfigureAwait(false);
            if (subscribed.Items[0].ResultCode == MqttClientSubscribeResultCode.UnspecifiedError)
            {
                return NoDynamicSecurity;
            }

            List<CommandResponse> all = [];
            foreach (JsonObject[] some in commands.Chunk(CommandsPerMessage))
            {
                if (await ExchangeAsync(client, some, all.Count, responses.Reader, responseLimit, cancellationToken).ConfigureAwait(false) is not { } answered)
                {
                    return all.Count == 0 ? NoDynamicSecurity : Unavailable($"it stopped answering after {all.Count} of {commands.Count} commands.");
                }

                all.AddRange(answered);
            }

            await client.DisconnectAsync(cancellationToken).ConfigureAwait(false);
            return all.ToArray();
        }
        catch (MqttCommunicationException e)
        {
            return Unavailable(e.Message);
        }
    }

    private static Task CollectAsync(MqttApplicationMessage message, ChannelWriter<JsonObject> responses)
    {
        JsonNode? answer;
        try
        {
            answer = JsonNode.Parse(message.Payload.First.Span);
        }
        catch (JsonException)
        {
            // Not the plugin's: the answer that is awaited stays out, which the time limit tells.
            return Task.CompletedTask;
        }

        foreach (JsonObject response in ((answer as JsonObject)?["responses"] as JsonArray ?? []).OfType<JsonObject>())
        {
            responses.TryWrite(response);
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends one message and awaits the response to each command in it; null where they do not come in time.</summary>
    private async Task<CommandResponse[]?> ExchangeAsync(
        MqttClient client, JsonObject[] commands, int first, ChannelReader<JsonObject> responses, TimeSpan responseLimit, CancellationToken cancellationToken)
    {
        JsonArray numbered = [];
        for (int i = 0; i < commands.Length; i++)
        {
            JsonNode command = commands[i].DeepClone();
            command["correlationData"] = (first + i).ToString(CultureInfo.InvariantCulture);
            numbered.Add(command);
        }

        using CancellationTokenSource limit = new(responseLimit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        CommandResponse?[] answered = new CommandResponse?[commands.Length];
        try
        {
            await client.PublishBinaryAsync(
                RequestTopic,
                Encoding.UTF8.GetBytes(new JsonObject { ["commands"] = numbered }.ToJsonString()),
                MqttQualityOfServiceLevel.AtLeastOnce,
                cancellationToken: either.Token).ConfigureAwait(false);
            while (answered.Contains(null))
            {
                JsonObject response = await responses.ReadAsync(either.Token).ConfigureAwait(false);
                if (int.TryParse(Text(response["correlationData"]), CultureInfo.InvariantCulture, out int number)
                    && number >= first && number < first + commands.Length)
                {
                    answered[number - first] = new CommandResponse(commands[number - first], Text(response["error"]), response["data"] as JsonObject);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        return answered!;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private Error Unavailable(string why) => new(
        ErrorCodes.BrokerUnavailable,
        $"The accounts at the broker {endpoint.Host}:{endpoint.Port} cannot be changed: {why} Try again when the broker is reachable.");
}
