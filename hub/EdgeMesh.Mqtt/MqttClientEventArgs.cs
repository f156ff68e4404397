using System;

namespace EdgeMesh.Mqtt;

/// <summary>A message has arrived.</summary>
/// <param name="clientId">The client it arrived at.</param>
/// <param name="applicationMessage">The message.</param>
public sealed class MqttApplicationMessageReceivedEventArgs(
    string clientId, MqttApplicationMessage applicationMessage) : EventArgs
{
    /// <summary>The client it arrived at.</summary>
    public string ClientId { get; } = clientId;

    /// <summary>The message; safe to keep.</summary>
    public MqttApplicationMessage ApplicationMessage { get; } = applicationMessage;
}

/// <summary>A connection stands.</summary>
/// <param name="connectResult">The broker's verdict.</param>
public sealed class MqttClientConnectedEventArgs(MqttClientConnectResult connectResult) : EventArgs
{
    /// <summary>The broker's verdict.</summary>
    public MqttClientConnectResult ConnectResult { get; } = connectResult;
}

/// <summary>A connection has ended, or an attempt to connect has failed.</summary>
public sealed class MqttClientDisconnectedEventArgs : EventArgs
{
    /// <summary>A connection ended; false where none came about.</summary>
    public required bool ClientWasConnected { get; init; }

    /// <summary>Why, as a sentence.</summary>
    public required string ReasonString { get; init; }

    /// <summary>What failed; null where it was asked for, or where the broker refused.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The broker's refusal, if that is the cause.</summary>
    public MqttClientConnectResult? ConnectResult { get; init; }

    /// <summary>When the next attempt is made; null where none is.</summary>
    public TimeSpan? ReconnectDelay { get; init; }
}

/// <summary>A handler has thrown.</summary>
/// <param name="exception">What it threw.</param>
/// <param name="applicationMessage">The message it was given; null where it was another event.</param>
public sealed class MqttHandlerFailedEventArgs(Exception exception, MqttApplicationMessage? applicationMessage) : EventArgs
{
    /// <summary>What it threw.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>The message it was given; null where it was another event.</summary>
    public MqttApplicationMessage? ApplicationMessage { get; } = applicationMessage;
}

/// <summary>The broker refused a subscription that was renewed after a reconnect.</summary>
/// <param name="topicFilter">The filter refused.</param>
public sealed class MqttSubscriptionRefusedEventArgs(MqttTopicFilter topicFilter) : EventArgs
{
    /// <summary>The filter refused; it is asked for again at the next connection.</summary>
    public MqttTopicFilter TopicFilter { get; } = topicFilter;
}
