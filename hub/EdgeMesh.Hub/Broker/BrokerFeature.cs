using System;
using EdgeMesh.Hub.Broker.Accounts;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Broker;

/// <summary>Registers the feature.</summary>
public static class BrokerFeature
{
    /// <summary>
    /// Adds <see cref="BrokerConnection"/>, <see cref="IBrokerAccounts"/>, <see cref="BrokerState"/> and <see cref="BrokerInfo"/>, and the
    /// service that runs them. Needs <see cref="HubOptions"/>, <see cref="HubIdentity"/>, <see cref="HubEvents"/> and <see cref="TimeProvider"/>.
    /// Add it before the features that use it: services stop in reverse, so that those can still say good-bye.
    /// </summary>
    public static IServiceCollection AddBroker(this IServiceCollection services)
    {
        services.AddSettings<BrokerOptions>(BrokerOptions.Section);
        services.AddSingleton<IValidateOptions<BrokerOptions>, BrokerOptionsValidation>();
        services.AddSingleton<BrokerState>();
        services.AddSingleton<BrokerFolder>();
        services.AddSingleton<BrokerEndpoint>();
        services.AddSingleton(provider => provider.GetRequiredService<BrokerEndpoint>().Info);
        services.AddSingleton(provider => new BrokerConnection(
            provider.GetRequiredService<BrokerEndpoint>(),
            provider.GetRequiredService<HubIdentity>(),
            provider.GetRequiredService<HubEvents>(),
            provider.GetRequiredService<BrokerState>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BrokerConnection>>()));
        services.AddSingleton<DynamicSecurity>();
        services.AddSingleton<BrokerAccounts>();
        services.AddSingleton<IBrokerAccounts>(provider => provider.GetRequiredService<BrokerAccounts>());
        services.AddSingleton<EmbeddedBroker>();
        services.AddHostedService<BrokerService>();
        return services;
    }
}
