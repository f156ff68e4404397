using System.Buffers;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt;

/// <summary>Reads the CONNECT with which a client begins, for whoever stands before a broker and passes on what follows.</summary>
public static class MqttConnectReader
{
    /// <summary>Reads the first packet of a connection, which must be a CONNECT of MQTT 3.1.1.</summary>
    /// <param name="received">All that the client has sent so far; it may hold more than that packet.</param>
    /// <param name="maximumPacketSize">The largest packet taken, in bytes; a larger one is refused by its header.</param>
    /// <param name="userName">The user name; null for none.</param>
    /// <returns>False where the packet is not all there yet.</returns>
    /// <exception cref="MqttProtocolViolationException">No client begins so; the message says why.</exception>
    public static bool TryReadUserName(ReadOnlySequence<byte> received, uint maximumPacketSize, out string? userName)
    {
        userName = null;
        if (!MqttPacketReader.TryRead(ref received, maximumPacketSize, out var packet)) return false;
        if (packet is not MqttConnectPacket connect) throw new MqttProtocolViolationException("The first packet is no CONNECT.");
        userName = connect.UserName;
        return true;
    }
}
