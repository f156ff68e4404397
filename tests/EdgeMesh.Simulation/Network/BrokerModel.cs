using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Simulation.Time;

namespace EdgeMesh.Simulation.Network;

/// <summary>A broker as MQTT 3.1.1 says: retained messages, wills, clean sessions, one connection a client, bounded queues.</summary>
internal sealed class BrokerModel(VirtualTime time, Weather weather)
{
    private readonly List<Connection> _connections = [];
    private readonly SortedDictionary<string, byte[]> _retained = new(StringComparer.Ordinal);
    private readonly HashSet<(string Client, string Cause)> _blocked = [];
    private bool _up = true;

    /// <summary>Messages that the broker took.</summary>
    internal long Taken { get; private set; }

    /// <summary>Connects a client; null where the broker is down or out of its reach.</summary>
    internal Connection? Connect(string clientId, Will will, Action<MqttDelivery> received, Action lost)
    {
        if (!_up || _blocked.Any(b => b.Client == clientId))
        {
            return null;
        }

        if (_connections.Find(c => c.ClientId == clientId) is { } old)
        {
            End(old, withWill: true);
        }

        Connection connection = new(time, weather, this, clientId, will, received, lost);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Hands a connection what is retained of what it wants.</summary>
    internal void DeliverRetained(Connection connection)
    {
        foreach ((string topic, byte[] payload) in _retained)
        {
            if (connection.Wants(topic))
            {
                connection.Deliver(topic, payload, 1, retained: true);
            }
        }
    }

    /// <summary>Takes a message and hands it to whoever wants it.</summary>
    internal void Take(string topic, byte[] payload, int qos, bool retain)
    {
        Taken++;
        if (retain)
        {
            _retained[topic] = payload;
        }

        for (int i = 0; i < _connections.Count; i++)
        {
            if (_connections[i].Wants(topic))
            {
                _connections[i].Deliver(topic, payload, qos, retained: false);
            }
        }
    }

    /// <summary>A connection is gone: its will goes out.</summary>
    internal void End(Connection connection, bool withWill)
    {
        if (!connection.BrokerOpen)
        {
            return;
        }

        connection.Closed();
        _connections.Remove(connection);
        if (withWill)
        {
            Take(connection.Will.Topic, connection.Will.Payload, 1, retain: true);
        }
    }

    /// <summary>Cuts a client off for a while.</summary>
    internal void Block(string clientId, string cause)
    {
        _blocked.Add((clientId, cause));
        _connections.Find(c => c.ClientId == clientId)?.Sever();
    }

    /// <summary>The cause is over; it connects again where no other remains.</summary>
    internal void Unblock(string clientId, string cause) => _blocked.Remove((clientId, cause));

    /// <summary>The broker dies: every connection with it, wills unsaid.</summary>
    internal void Die()
    {
        _up = false;
        foreach (Connection connection in _connections)
        {
            connection.Closed();
        }

        _connections.Clear();
        if (!weather.KeepsRetained)
        {
            _retained.Clear();
        }
    }

    /// <summary>It is back.</summary>
    internal void Rise() => _up = true;
}
