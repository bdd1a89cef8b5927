"""The dot product, the network and their small parts."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption, Unsupported


def test_an_embedding_starts_small():
    set_seed(0)
    weight = Embedding(1000, 20).weight.detach()
    assert float(weight.abs().max()) <= 0.02
    assert 0.0083 < float(weight.std()) < 0.0089


def test_parameters_have_the_courses_names():
    model = EmbeddingDotBias(4, 3, 5)
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert shapes == {
        "u_weight.weight": (3, 4), "i_weight.weight": (5, 4), "u_bias.weight": (3, 1), "i_bias.weight": (5, 1),
    }  # fmt: skip


def test_the_first_prediction_is_the_middle_of_the_range():
    model = EmbeddingDotBias(4, 3, 5, y_range=(0, 5.5))
    assert model(torch.tensor([[1, 1]])).shape == (1,)
    assert model(torch.tensor([[1, 1]])).item() == pytest.approx(2.75, abs=0.06)


def test_the_dot_product_can_be_trained_by_plain_torch(dls):
    model = EmbeddingDotBias.from_classes(4, dls.classes, y_range=(0, 5.5))
    optimizer = Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(30):
        for x, y in dls.train:
            optimizer.zero_grad()
            loss = MSELossFlat()(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


def test_users_and_items_may_be_swapped_by_name(dls):
    classes = {"movie": dls.classes["movie"], "user": dls.classes["user"]}
    model = EmbeddingDotBias.from_classes(4, classes, user="user", item="movie")
    assert model.u_weight.num_embeddings == len(dls.classes["user"])


def test_the_bias_of_one_id_is_a_number_and_of_several_a_row(learn):
    assert learn.model.bias([3]).shape == ()
    assert learn.model.bias([3, 4, 3]).shape == (3,)
    assert learn.model.weight([3]).shape == (1, 4)
    test_eq(learn.model.weight([3])[0], learn.model.i_weight.weight[learn.dls.classes["movie"].o2i[3]])


def test_looking_at_parameters_changes_nothing(learn):
    learn.model.train()
    learn.model.weight([3]).zero_()
    assert learn.model.training
    assert learn.model.i_weight.training
    assert bool(learn.model.weight([3]).any())


def test_a_stranger_has_no_bias(learn):
    with pytest.raises(KeyError, match="99"):
        learn.model.bias([99])


def test_one_id_without_a_list_is_refused(learn):
    with pytest.raises(TypeError, match="A list of ids"):
        learn.model.bias(3)


def test_a_model_without_ids_says_how_to_get_some():
    with pytest.raises(AssertionError, match="from_classes"):
        EmbeddingDotBias(4, 3, 5).bias([1])


@pytest.mark.parametrize("y_range", [5, (5, 0), (1,)])
def test_a_range_goes_from_low_to_high(dls, y_range):
    with pytest.raises(BadOption, match="y_range"):
        collab_learner(dls, y_range=y_range)


def test_the_network_has_a_column_of_scores_inside_the_range():
    model = EmbeddingNN([(3, 4), (5, 6)], [10], ps=0.2, embed_p=0.1, y_range=(1, 5)).eval()
    scores = model(torch.zeros(7, 2, dtype=torch.long))
    assert scores.shape == (7, 1)
    assert 1 < scores[0].item() < 5


def test_the_networks_layers_are_linear_relu_norm_dropout():
    hidden, last = EmbeddingNN([(3, 4), (5, 6)], [10], ps=0.2).layers
    assert [type(layer).__name__ for layer in hidden] == ["Linear", "ReLU", "BatchNorm1d", "Dropout"]
    assert [type(layer).__name__ for layer in last] == ["Linear"]


def test_continuous_columns_are_refused():
    with pytest.raises(Unsupported, match="n_cont=0"):
        TabularModel([(3, 4), (5, 6)], n_cont=2, out_sz=1, layers=[10])


def test_widths_by_column_must_name_columns(dls):
    assert get_emb_sz(dls, {"movie": 7})[1] == (len(dls.classes["movie"]), 7)
    with pytest.raises(BadOption, match="emb_szs"):
        collab_learner(dls, use_nn=True, emb_szs=[50, 50])


def test_two_names_that_are_no_columns_are_the_user_and_the_item_in_this_order(dls):
    with pytest.warns(UserWarning, match="'userId' and 'movieId', but the columns are 'user' and 'movie'"):
        sizes = get_emb_sz(dls, {"userId": 7, "movieId": 9})
    assert [width for _, width in sizes] == [7, 9]


@pytest.mark.parametrize("widths", [{"userId": 7}, {"user": 7, "movieId": 9}, {"a": 1, "b": 2, "c": 3}])
def test_any_other_number_of_unknown_names_is_refused(dls, widths):
    with pytest.raises(BadOption, match="emb_szs gives widths by column"):
        get_emb_sz(dls, widths)


def test_each_layer_may_have_a_dropout_of_its_own(dls):
    learn = collab_learner(dls, use_nn=True, layers=[8, 4], config=tabular_config(ps=[0.1, 0.2]), y_range=(0, 5.5))
    learn.fit(1, 1e-2)
    assert [layer.p for layer in learn.model.layers.modules() if isinstance(layer, nn.Dropout)] == [0.1, 0.2]
    with pytest.raises(BadOption, match="one for each of the 1 layers"):
        EmbeddingNN([(3, 4), (5, 6)], [10], ps=[0.1, 0.2])


def test_the_network_prints_as_the_courses_does():
    lines = [
        line.partition(": ")[0].strip() + line.partition(": ")[2].partition("(")[0]
        for line in repr(EmbeddingNN([(3, 4), (5, 6)], [10], ps=0.2, y_range=(0, 5.5))).splitlines()
    ]
    assert lines == [
        "EmbeddingNN(", "(embeds)ModuleList", "(0)Embedding", "(1)Embedding", ")", "(emb_drop)Dropout",
        "(bn_cont)BatchNorm1d", "(layers)Sequential", "(0)LinBnDrop", "(0)Linear", "(1)ReLU", "(2)BatchNorm1d",
        "(3)Dropout", ")", "(1)LinBnDrop", "(0)Linear", ")", "(2)SigmoidRange", ")", ")",
    ]  # fmt: skip


def test_the_config_is_left_as_it_is(dls):
    config = tabular_config(embed_p=0.1, y_range=(0, 5.5))
    learn = collab_learner(dls, use_nn=True, layers=[8], config=config)
    assert config == {"embed_p": 0.1, "y_range": (0, 5.5)}
    assert learn.model.emb_drop.p == 0.1
    assert learn.model.y_range == (0, 5.5)


def test_the_range_of_a_config_reaches_the_dot_product_too(dls):
    assert collab_learner(dls, config=tabular_config(y_range=(0, 5.5))).model.y_range == (0, 5.5)


def test_losses_do_not_mind_a_column():
    assert float(MSELossFlat()(torch.tensor([1.0, 2.0]), torch.tensor([[1], [4]]))) == 2.0


def test_a_range_is_a_layer_too():
    test_eq(SigmoidRange(0, 4)(torch.zeros(2)), torch.full((2,), 2.0))
