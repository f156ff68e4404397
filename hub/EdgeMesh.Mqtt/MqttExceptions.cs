using System;

namespace EdgeMesh.Mqtt;

/// <summary>The connection to the broker could not be made, or ended. The message is a sentence for people.</summary>
public class MqttCommunicationException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public MqttCommunicationException() { }

    /// <summary>Makes an exception with a sentence that says what failed.</summary>
    public MqttCommunicationException(string message) : base(message) { }

    /// <summary>Makes an exception with a sentence and the failure beneath it.</summary>
    public MqttCommunicationException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>The broker did not answer within <see cref="MqttClientOptions.Timeout"/>.</summary>
public sealed class MqttCommunicationTimedOutException : MqttCommunicationException
{
    /// <summary>Makes an exception without a message.</summary>
    public MqttCommunicationTimedOutException() { }

    /// <summary>Makes an exception with a sentence that says what was awaited and for how long.</summary>
    public MqttCommunicationTimedOutException(string message) : base(message) { }

    /// <summary>Makes an exception with a sentence and the failure beneath it.</summary>
    public MqttCommunicationTimedOutException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>The call needs a connection and there is none.</summary>
public sealed class MqttClientNotConnectedException : MqttCommunicationException
{
    /// <summary>Makes an exception that says to connect first.</summary>
    public MqttClientNotConnectedException() : this("The client is not connected to a broker. Call ConnectAsync first.") { }

    /// <summary>Makes an exception with a sentence.</summary>
    public MqttClientNotConnectedException(string message) : base(message) { }

    /// <summary>Makes an exception with a sentence and the failure beneath it.</summary>
    public MqttClientNotConnectedException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>Bytes or a request break MQTT 3.1.1 or this client's limits. The message says what and why.</summary>
public sealed class MqttProtocolViolationException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public MqttProtocolViolationException() { }

    /// <summary>Makes an exception with a sentence that says what was wrong.</summary>
    public MqttProtocolViolationException(string message) : base(message) { }

    /// <summary>Makes an exception with a sentence and the failure beneath it.</summary>
    public MqttProtocolViolationException(string message, Exception? innerException) : base(message, innerException) { }
}
