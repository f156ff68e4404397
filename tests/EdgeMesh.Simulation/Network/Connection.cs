using System;
using EdgeMesh.Simulation.Time;

namespace EdgeMesh.Simulation.Network;

/// <summary>One client's connection to the broker. Either end may think that it stands when it is dead.</summary>
internal sealed class Connection(
    VirtualTime time, Weather weather, BrokerModel broker, string clientId, Will will, Action<MqttDelivery> received, Action lost)
{
    /// <summary>Messages of quality 1 that a broker queues for a client; Mosquitto drops what comes after.</summary>
    internal const int QueueBound = 1000;

    private bool _dead;
    private long _upDueMs;
    private long _downDueMs;
    private int _queued;
    private string[] _filters = [];

    internal string ClientId => clientId;

    internal Will Will => will;

    /// <summary>Whether the client thinks that it stands.</summary>
    internal bool ClientOpen { get; private set; } = true;

    /// <summary>Whether the broker thinks so.</summary>
    internal bool BrokerOpen { get; set; } = true;

    internal bool Wants(string topic) => Array.Exists(_filters, f => TopicFilter.Matches(f, topic));

    /// <summary>The client subscribes; what is retained comes at once.</summary>
    internal void Subscribe(string[] filters)
    {
        _filters = filters;
        broker.DeliverRetained(this);
    }

    /// <summary>The client publishes.</summary>
    internal void Publish(string topic, byte[] payload, int qos, bool retain)
    {
        if (ClientOpen && !_dead)
        {
            Carry(qos, ref _upDueMs, () =>
            {
                if (BrokerOpen && !_dead)
                {
                    broker.Take(topic, payload, qos, retain);
                }
            });
        }
    }

    /// <summary>The broker delivers.</summary>
    internal void Deliver(string topic, byte[] payload, int qos, bool retained)
    {
        if (_dead || (qos == 0 && _queued >= weather.QueueMax))
        {
            return;
        }

        if (_queued > QueueBound)
        {
            time.Fail($"The broker holds {_queued} messages for {clientId}.");
        }

        Carry(qos, ref _downDueMs, () =>
        {
            if (ClientOpen && !_dead)
            {
                received(new MqttDelivery(topic, payload, retained));
            }
        });
    }

    /// <summary>Nothing passes any more; each end notices in its own time.</summary>
    internal void Sever()
    {
        if (!_dead)
        {
            _dead = true;
            time.After(weather.Notice(), NoticeAtClient);
            time.After(weather.Notice(), () => broker.End(this, withWill: true));
        }
    }

    /// <summary>The client's process or board ended: the broker notices in its own time.</summary>
    internal void Drop()
    {
        if (ClientOpen)
        {
            ClientOpen = false;
            _dead = true;
            time.After(weather.Notice(), () => broker.End(this, withWill: true));
        }
    }

    /// <summary>The broker closed it, or died.</summary>
    internal void Closed()
    {
        BrokerOpen = false;
        _dead = true;
        time.After(weather.Notice(), NoticeAtClient);
    }

    private void NoticeAtClient()
    {
        if (ClientOpen)
        {
            ClientOpen = false;
            lost();
        }
    }

    private void Carry(int qos, ref long dueMs, Action arrive)
    {
        if (qos > 0 || !weather.Loses())
        {
            long delayMs = weather.Delay();
            if (qos > 0)
            {
                // Quality 1 keeps its order: it is one TCP connection.
                dueMs = Math.Max(dueMs, time.NowMs + delayMs);
                delayMs = dueMs - time.NowMs;
            }

            Later(delayMs, arrive);
        }

        if (weather.Repeats())
        {
            Later(weather.Delay() + weather.Delay(), arrive);
        }
    }

    private void Later(long delayMs, Action arrive)
    {
        _queued++;
        time.After(delayMs, () =>
        {
            _queued--;
            arrive();
        });
    }
}

/// <summary>What the broker publishes for a client that is gone, retained.</summary>
internal sealed record Will(string Topic, byte[] Payload);

/// <summary>A message that reached a client.</summary>
internal sealed record MqttDelivery(string Topic, byte[] Payload, bool Retained);
