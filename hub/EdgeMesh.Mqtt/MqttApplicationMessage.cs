using System;
using System.Buffers;
using System.Text;

namespace EdgeMesh.Mqtt;

/// <summary>A message to publish, or one received.</summary>
/// <remarks>
/// A received payload is one array of its own, copied once out of the socket's buffer: it is safe to keep for ever, and
/// <c>Payload.First</c> is all of it. A published payload is not copied: leave it unchanged until it is sent, which for
/// quality 1 is when PublishAsync completes. At quality 0 PublishAsync completes when the message is queued, so do not reuse
/// its array at all.
/// </remarks>
public sealed class MqttApplicationMessage
{
    /// <summary>The topic name: 1 to 65,535 bytes of UTF-8, without wildcards.</summary>
    public string Topic { get; set; } = "";

    /// <summary>The payload; may be empty, which clears a retained message.</summary>
    public ReadOnlySequence<byte> Payload { get; set; }

    /// <summary>The delivery guarantee asked for, or the one it arrived under.</summary>
    public MqttQualityOfServiceLevel QualityOfServiceLevel { get; set; }

    /// <summary>Publishing: the broker shall keep it for later subscribers. Received: it was kept, so it may be old.</summary>
    public bool Retain { get; set; }

    /// <summary>The sender may have sent it before. The client sets it itself when it resends.</summary>
    public bool Dup { get; set; }

    /// <summary>The payload as text; bytes that are not UTF-8 become U+FFFD.</summary>
    public string ConvertPayloadToString() => Encoding.UTF8.GetString(Payload);
}

/// <summary>Makes a <see cref="MqttApplicationMessage"/> step by step.</summary>
public sealed class MqttApplicationMessageBuilder
{
    private readonly MqttApplicationMessage message = new();

    /// <summary>Sets the topic name.</summary>
    public MqttApplicationMessageBuilder WithTopic(string topic)
    {
        message.Topic = topic;
        return this;
    }

    /// <summary>Sets the payload to these bytes, which are not copied.</summary>
    public MqttApplicationMessageBuilder WithPayload(ReadOnlyMemory<byte> payload)
    {
        message.Payload = new ReadOnlySequence<byte>(payload);
        return this;
    }

    /// <summary>Sets the payload to these bytes, which are not copied.</summary>
    public MqttApplicationMessageBuilder WithPayload(byte[] payload) => WithPayload(payload.AsMemory());

    /// <summary>Sets the payload to the UTF-8 of this text.</summary>
    public MqttApplicationMessageBuilder WithPayload(string payload) => WithPayload(Encoding.UTF8.GetBytes(payload));

    /// <summary>Sets the delivery guarantee.</summary>
    public MqttApplicationMessageBuilder WithQualityOfServiceLevel(MqttQualityOfServiceLevel level)
    {
        message.QualityOfServiceLevel = level;
        return this;
    }

    /// <summary>Asks the broker to keep the message, or not.</summary>
    public MqttApplicationMessageBuilder WithRetainFlag(bool value = true)
    {
        message.Retain = value;
        return this;
    }

    /// <summary>The message.</summary>
    public MqttApplicationMessage Build() => message;
}
