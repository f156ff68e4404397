using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>The broker over nanoFramework.M2Mqtt, which speaks MQTT 3.1.1 unless it is told otherwise.</summary>
public sealed class M2MqttConnection : IMqttConnection
{
    private readonly NanoClock _clock;
    private readonly IDeviceLog _log;
    private M2MqttLink? _link;

    /// <summary>No connection yet.</summary>
    public M2MqttConnection(NanoClock clock, IDeviceLog log)
    {
        _clock = clock;
        _log = log;
    }

    /// <inheritdoc/>
    public bool Connected => _link != null && _link.Connected;

    /// <inheritdoc/>
    public string Connect(MqttSettings settings)
    {
        Close();
        if (_link != null && _link.Dialling)
        {
            // A look-up of a name cannot be ended. A second one beside it would cost a thread a time, for ever.
            return "The attempt before still hangs in the network.";
        }

        _link = new M2MqttLink(settings, _clock, _log);
        string problem = _link.Open(settings.TimeoutMs);
        if (problem.Length > 0)
        {
            _link.Close();
        }

        return problem;
    }

    /// <inheritdoc/>
    public void Publish(string topic, byte[] payload, int qos, bool retain)
    {
        if (Connected)
        {
            _link!.Publish(topic, payload, qos, retain);
        }
    }

    /// <inheritdoc/>
    public MqttMessage? Receive() => Connected ? _link!.Receive() : null;

    /// <inheritdoc/>
    public void Close()
    {
        if (_link != null)
        {
            _link.Close();
        }
    }
}
