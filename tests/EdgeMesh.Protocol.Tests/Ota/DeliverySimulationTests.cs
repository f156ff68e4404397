using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Tests.Ota;

public sealed class DeliverySimulationTests
{
    private const int Seeds = 2000;
    private const int MaxSteps = 20_000;

    [Fact]
    public void Over_any_network_an_update_ends_confirmed_with_the_exact_bytes_in_bounded_steps()
    {
        int resumed = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            LossyDelivery delivery = new(seed);
            delivery.Run(MaxSteps);
            string outcome = "Seed " + seed + " after " + delivery.Steps + " steps and " + delivery.Now + " ms: " + delivery.State + " " + delivery.Code;
            Assert.True(delivery.State == OtaStates.Confirmed, outcome);
            Assert.True(delivery.Exact, outcome);
            resumed += delivery.Resumed ? 1 : 0;
        }

        Assert.True(resumed > Seeds / 10, "The network is too tame: only " + resumed + " deliveries were resumed.");
    }
}
