using System.Collections.Generic;
using EdgeMesh.Device.Platform;
using EdgeMesh.Simulation.Network;

namespace EdgeMesh.Simulation.Device;

/// <summary>A board's connection to the broker.</summary>
internal sealed class BoardConnection(SimulatedBoard board) : IMqttConnection
{
    private readonly Queue<MqttMessage> _inbox = [];
    private Connection? _connection;

    /// <summary>Messages that wait for the client.</summary>
    internal int Waiting => _inbox.Count;

    public bool Connected => _connection is { ClientOpen: true };

    public string Connect(MqttSettings settings)
    {
        Close();
        World world = board.World;
        board.Block(world.Weather.Delay() % settings.TimeoutMs);
        _connection = world.Broker.Connect(
            settings.ClientId,
            new Will(settings.WillTopic, settings.WillPayload),
            Take,
            Lose);
        if (_connection == null)
        {
            board.Block(world.Random.Next(settings.TimeoutMs));
            return "Nobody answers.";
        }

        Subscribe(settings.Filters);
        return "";
    }

    internal void Subscribe(string[] filters) => _connection?.Subscribe(filters);

    public void Publish(string topic, byte[] payload, int qos, bool retain)
    {
        board.World.Promises.DevicePublishes(board, topic, payload);
        _connection?.Publish(topic, payload, qos, retain);
        board.Allocate();
    }

    public MqttMessage? Receive()
    {
        if (!_inbox.TryDequeue(out MqttMessage? message))
        {
            return null;
        }

        board.Allocate();
        return message;
    }

    public void Close()
    {
        _connection?.Drop();
        _connection = null;
        _inbox.Clear();
    }

    private void Lose()
    {
        _inbox.Clear();
        board.Interrupt();
    }

    private void Take(MqttDelivery delivery)
    {
        _inbox.Enqueue(new MqttMessage(delivery.Topic, delivery.Payload));
        board.World.Promises.Bounded("the inbox of " + board.Id, _inbox.Count, Connection.QueueBound);
        board.Interrupt();
    }
}
