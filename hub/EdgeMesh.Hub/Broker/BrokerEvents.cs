using EdgeMesh.Hub.Events;

namespace EdgeMesh.Hub.Broker;

/// <summary>
/// The hub stands at the broker: subscriptions are in place, <c>hub/status</c> says online, accounts can be made. Raised at every
/// connect, so whoever owns accounts ensures them now: the broker may have lost them.
/// </summary>
public sealed record BrokerConnected : HubEvent;

/// <summary>The hub has lost the broker; it tries again by itself.</summary>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record BrokerDisconnected(string Reason) : HubEvent;
