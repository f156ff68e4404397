using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Mqtt;

/// <summary>Something that publishes messages: either client.</summary>
public interface IMqttPublisher
{
    /// <summary>
    /// Publishes. Waits for room in the queue; at quality 0 it completes there, at quality 1 when the broker has acknowledged.
    /// </summary>
    /// <exception cref="MqttProtocolViolationException">The message cannot be sent: bad topic, or too large.</exception>
    /// <exception cref="MqttCommunicationException">The connection ended first.</exception>
    Task<MqttClientPublishResult> PublishAsync(MqttApplicationMessage applicationMessage, CancellationToken cancellationToken = default);
}

/// <summary>One connection to a broker over MQTT 3.1.1.</summary>
public interface IMqttClient : IMqttPublisher, IAsyncDisposable
{
    /// <summary>A message has arrived. Handlers run one message at a time, in order; quality 1 is acknowledged when they are done.</summary>
    event Func<MqttApplicationMessageReceivedEventArgs, Task>? ApplicationMessageReceivedAsync;

    /// <summary>A connection stands.</summary>
    event Func<MqttClientConnectedEventArgs, Task>? ConnectedAsync;

    /// <summary>A connection has ended; the argument says why.</summary>
    event Func<MqttClientDisconnectedEventArgs, Task>? DisconnectedAsync;

    /// <summary>A handler has thrown. With nobody listening here the connection ends with what it threw as the cause.</summary>
    event Func<MqttHandlerFailedEventArgs, Task>? HandlerFailedAsync;

    /// <summary>A connection stands.</summary>
    bool IsConnected { get; }

    /// <summary>Connects. A refusal by the broker is a result; not reaching one is an exception.</summary>
    /// <exception cref="MqttCommunicationException">The broker cannot be reached, is not to be trusted, or did not answer in time.</exception>
    /// <exception cref="MqttProtocolViolationException">What answered does not speak MQTT 3.1.1.</exception>
    Task<MqttClientConnectResult> ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken = default);

    /// <summary>Sends what waits, says good-bye (so no will is published) and ends the connection.</summary>
    Task DisconnectAsync(CancellationToken cancellationToken = default);

    /// <summary>Subscribes and awaits the broker's verdict on each filter.</summary>
    Task<MqttClientSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> topicFilters, CancellationToken cancellationToken = default);

    /// <summary>Ends subscriptions and awaits the broker's answer.</summary>
    Task UnsubscribeAsync(IReadOnlyList<string> topicFilters, CancellationToken cancellationToken = default);
}

/// <summary>Shorter ways to call a client.</summary>
public static class MqttClientExtensions
{
    /// <summary>Subscribes to one filter.</summary>
    public static Task<MqttClientSubscribeResult> SubscribeAsync(
        this IMqttClient client,
        string topic,
        MqttQualityOfServiceLevel qualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce,
        CancellationToken cancellationToken = default) =>
        client.SubscribeAsync([new MqttTopicFilter(topic, qualityOfServiceLevel)], cancellationToken);

    /// <summary>Ends one subscription.</summary>
    public static Task UnsubscribeAsync(this IMqttClient client, string topic, CancellationToken cancellationToken = default) =>
        client.UnsubscribeAsync([topic], cancellationToken);

    /// <summary>Publishes a text as UTF-8.</summary>
    public static Task<MqttClientPublishResult> PublishStringAsync(
        this IMqttPublisher client,
        string topic,
        string payload,
        MqttQualityOfServiceLevel qualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce,
        bool retain = false,
        CancellationToken cancellationToken = default) =>
        client.PublishAsync(Message(topic, System.Text.Encoding.UTF8.GetBytes(payload), qualityOfServiceLevel, retain), cancellationToken);

    /// <summary>Publishes bytes, which are not copied.</summary>
    public static Task<MqttClientPublishResult> PublishBinaryAsync(
        this IMqttPublisher client,
        string topic,
        ReadOnlyMemory<byte> payload,
        MqttQualityOfServiceLevel qualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce,
        bool retain = false,
        CancellationToken cancellationToken = default) =>
        client.PublishAsync(Message(topic, payload, qualityOfServiceLevel, retain), cancellationToken);

    private static MqttApplicationMessage Message(string topic, ReadOnlyMemory<byte> payload, MqttQualityOfServiceLevel level, bool retain) =>
        new() { Topic = topic, Payload = new(payload), QualityOfServiceLevel = level, Retain = retain };
}
